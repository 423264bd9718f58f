extension ReceiptWords {
  static let english = ReceiptWords(
    language: "en", subject: "Your receipt", laterVersion: "Your receipt, version {version}",
    thanks: "Thank you for riding with us in {city}.",
    calledOff: "Your ride in {city} was called off. It costs a fee, which is for the driver.",
    hasChanged: "Your receipt has changed.",
    change: "{item}: {now} instead of {before}", otherItems: "The total is made of other items.",
    base: "Base fare", cancellation: "Cancellation fee", distance: "Distance", time: "Time", surge: "High demand",
    tolls: "Tolls",
    taxes: "Taxes and fees",
    tip: "Tip", total: "Total", card: "Paid by card", wallet: "Paid by wallet", cash: "Paid in cash",
    refunded: "Refunded",
    owed: "Still owed", writtenOff: "Not asked for any more",
    inWallet: "Put into your wallet, since the card could not have it",
    laterTip: "Tip after the ride", nothingOwed: "Nothing is owed.",
    failed: "The payment failed: {reason}.",
    ride: "Ride {ride}, driver {driver}.", way: "{distance} in {minutes} min.")

  static let spanish = ReceiptWords(
    language: "es", subject: "Su recibo", laterVersion: "Su recibo, versión {version}",
    thanks: "Gracias por viajar con nosotros en {city}.",
    calledOff: "Su viaje en {city} fue cancelado. Cuesta una tarifa, que es para el conductor.",
    hasChanged: "Su recibo ha cambiado.",
    change: "{item}: {now} en lugar de {before}", otherItems: "El total se compone de otras partidas.",
    base: "Tarifa base", cancellation: "Tarifa de cancelación", distance: "Distancia", time: "Tiempo",
    surge: "Alta demanda", tolls: "Peajes",
    taxes: "Impuestos y tasas", tip: "Propina", total: "Total", card: "Pagado con tarjeta", wallet: "Pagado con saldo",
    cash: "Pagado en efectivo", refunded: "Reembolsado", owed: "Pendiente de pago",
    writtenOff: "Ya no se reclama", inWallet: "Abonado en su saldo, porque la tarjeta no lo admitió",
    laterTip: "Propina tras el viaje",
    nothingOwed: "No queda nada por pagar.",
    failed: "El pago ha fallado: {reason}.", ride: "Viaje {ride}, conductor {driver}.",
    way: "{distance} en {minutes} min.")

  static let portuguese = ReceiptWords(
    language: "pt", subject: "O seu recibo", laterVersion: "O seu recibo, versão {version}",
    thanks: "Obrigado por viajar connosco em {city}.",
    calledOff: "A sua viagem em {city} foi cancelada. Custa uma taxa, que é para o motorista.",
    hasChanged: "O seu recibo mudou.",
    change: "{item}: {now} em vez de {before}", otherItems: "O total é composto por outros itens.",
    base: "Tarifa base", cancellation: "Taxa de cancelamento", distance: "Distância", time: "Tempo",
    surge: "Alta procura", tolls: "Portagens",
    taxes: "Impostos e taxas", tip: "Gorjeta", total: "Total", card: "Pago com cartão", wallet: "Pago com saldo",
    cash: "Pago em dinheiro", refunded: "Reembolsado", owed: "Por pagar", writtenOff: "Já não é cobrado",
    inWallet: "Creditado no seu saldo, porque o cartão não o aceitou",
    laterTip: "Gorjeta após a viagem",
    nothingOwed: "Não há nada por pagar.",
    failed: "O pagamento falhou: {reason}.", ride: "Viagem {ride}, motorista {driver}.",
    way: "{distance} em {minutes} min.")

  static let french = ReceiptWords(
    language: "fr", subject: "Votre reçu", laterVersion: "Votre reçu, version {version}",
    thanks: "Merci d’avoir voyagé avec nous à {city}.",
    calledOff: "Votre course à {city} a été annulée. Elle coûte des frais, qui sont pour le chauffeur.",
    hasChanged: "Votre reçu a changé.",
    change: "{item} : {now} au lieu de {before}", otherItems: "Le total se compose d’autres éléments.",
    base: "Tarif de base", cancellation: "Frais d’annulation", distance: "Distance", time: "Durée",
    surge: "Forte demande", tolls: "Péages",
    taxes: "Taxes et frais", tip: "Pourboire", total: "Total", card: "Payé par carte", wallet: "Payé par solde",
    cash: "Payé en espèces", refunded: "Remboursé", owed: "Reste à payer", writtenOff: "N’est plus réclamé",
    inWallet: "Porté à votre solde, car la carte l’a refusé",
    laterTip: "Pourboire après la course",
    nothingOwed: "Il ne reste rien à payer.",
    failed: "Le paiement a échoué : {reason}.", ride: "Course {ride}, chauffeur {driver}.",
    way: "{distance} en {minutes} min.")

  static let german = ReceiptWords(
    language: "de", subject: "Ihre Quittung", laterVersion: "Ihre Quittung, Fassung {version}",
    thanks: "Danke, dass Sie in {city} mit uns gefahren sind.",
    calledOff: "Ihre Fahrt in {city} wurde abgesagt. Das kostet eine Gebühr, die an Fahrerin oder Fahrer geht.",
    hasChanged: "Ihre Quittung hat sich geändert.",
    change: "{item}: {now} statt {before}", otherItems: "Die Summe setzt sich anders zusammen.",
    base: "Grundpreis", cancellation: "Stornogebühr", distance: "Strecke", time: "Zeit", surge: "Hohe Nachfrage",
    tolls: "Maut",
    taxes: "Steuern und Gebühren", tip: "Trinkgeld", total: "Summe", card: "Mit Karte bezahlt",
    wallet: "Aus dem Guthaben bezahlt", cash: "Bar bezahlt", refunded: "Erstattet", owed: "Noch offen",
    writtenOff: "Wird nicht mehr verlangt", inWallet: "Ihrem Guthaben gutgeschrieben, da die Karte es nicht annahm",
    laterTip: "Trinkgeld nach der Fahrt",
    nothingOwed: "Es ist nichts mehr offen.", failed: "Die Zahlung ist fehlgeschlagen: {reason}.",
    ride: "Fahrt {ride}, am Steuer {driver}.", way: "{distance} in {minutes} min.")
}
