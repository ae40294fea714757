package models

// Wording is what a message says. A message says one sentence of this list and
// nothing else: no name, offence, service, reference or place, of anybody
// (referrals.md section 7).
type Wording string

// WordingLook is the one sentence there is.
const WordingLook Wording = "You have something to look at in Throughline."

// Wordings are all there are. A carrier refuses every other text.
func Wordings() []Wording { return []Wording{WordingLook} }

// MessageState is how a message stands.
type MessageState string

// The states of a message.
const (
	MessageWaiting   MessageState = "waiting"   // to be taken outside
	MessageSending   MessageState = "sending"   // somebody has taken it in hand: it is never taken twice
	MessageSent      MessageState = "sent"      // whoever carries it has it
	MessageDelivered MessageState = "delivered" // and says that it arrived
	MessageFailed    MessageState = "failed"    // it did not, and will not
	MessageUnsure    MessageState = "unsure"    // taken outside, and nobody knows whether it arrived there
	MessageRefused   MessageState = "refused"   // nothing was sent
)

// MessageStates are all of them, as pages say them.
func MessageStates() []Choice {
	return []Choice{
		{string(MessageWaiting), "Waiting to be sent"},
		{string(MessageSending), "Being sent"},
		{string(MessageSent), "Sent"},
		{string(MessageDelivered), "Delivered"},
		{string(MessageFailed), "Failed"},
		{string(MessageUnsure), "Not known whether it was sent"},
		{string(MessageRefused), "Refused: nothing was sent"},
	}
}

// Why a message did not go. The codes of the gate are among them.
const (
	MessageNotTheirs = "not_theirs" // the way is somebody else's
	MessageNoPage    = "no_page"    // there is nothing for them to look at any more
	MessageWrong     = "wrong_number"
	MessageTooLate   = "gave_up" // nobody could be reached to carry it, for a day
	MessageCutOff    = "cut_off"
	MessageDeclined  = "declined" // whoever carries it would not
	MessageNotNow    = "not_reached"
)

// MessageWhys are the reasons, as pages say them. None says more of the person
// than that their way is not to be used.
func MessageWhys() []Choice {
	return []Choice{
		{string(GateNotSafe), "This way is not marked safe"},
		{string(GateUnknown), "Nobody has asked whether this way is safe"},
		{string(GateStopped), "This way was stopped"},
		{string(GateStale), "This way has to be confirmed as safe again"},
		{string(GateOutside), "It was not a safe time"},
		{MessageNotTheirs, "This way is not their own"},
		{MessageNoPage, "They have no page to look at"},
		{MessageWrong, "There is no such number or address"},
		{MessageNotNow, "Their telephone or mailbox could not be reached for days"},
		{MessageTooLate, "It could not be sent for a day"},
		{MessageCutOff, "The sending was cut off. It is not sent again, so that nothing arrives twice"},
		{MessageDeclined, "The mail server or GOV.UK Notify would not take it"},
	}
}

// MessageChannels are the ways a message can go.
func MessageChannels() []Channel { return []Channel{ChannelText, ChannelEmail} }
