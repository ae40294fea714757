package audit

// VerifyIn is Verify inside a transaction that a test undoes.
var VerifyIn = verify
