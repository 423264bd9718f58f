/// A record of a stream as it is stored: its entry, and its JSON.
package typealias StoredRecord = (id: EntryID, json: [UInt8])
