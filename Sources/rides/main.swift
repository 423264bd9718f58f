print(PackageInfo.self); enum PackageInfo {}
