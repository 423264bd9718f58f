/// How often something has changed of what servers keep per connection, or of where slots are: a connection was made or lost, a slot was
/// found elsewhere.
final class ClusterChanges {
  var count = 0
}
