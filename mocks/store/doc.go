// Package store keeps the rows of every world: small values under ordered keys,
// each with a version.
//
// A row changes only by compare-and-swap: a writer names the version it has
// seen, and is refused when somebody was faster. That is all the concurrency
// control there is - no locks, no transactions, no time to live, no watching -
// because it is what memory and any shared engine can do alike, on one replica
// or on many.
//
// Store is the contract, Memory the default that fulfils it, and package
// storetest the suite that every other engine has to pass. Table lays typed rows
// over a Store and Next counts in one.
//
// Values cross the border by copy. A caller never holds a pointer into a store,
// so there is nothing to race on and no way to change a row but to write it.
package store
