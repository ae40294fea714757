package demo

// What is written about an incident: short, sober, and without a name, an
// address or a number, as the pages ask.

func childTexts() []string {
	return []string{
		"Told a teacher what had been happening. A safeguarding referral was made the same day.",
		"Told a relative about something that happened at home. Children's services know.",
		"Disclosed to a school nurse. The family is supportive and asks for help for all of them.",
		"Messages were found on a phone by a parent and reported. The child is frightened of being blamed.",
		"Spoke to a social worker about things that happened some time ago. Does not want to talk about details yet.",
	}
}

func sexualTexts() []string {
	return []string{
		"Reported after telling a friend. Wants to know what happens next and who will be told.",
		"Happened at a private address. Has been examined and has spoken to a specialist officer.",
		"Happened on the way home. Has trouble sleeping and does not want to go out alone.",
		"Reported some months afterwards. Is not sure about going to court.",
		"Somebody known to them. Does not want family to find out.",
		"Came forward to talk to someone and has not decided about the police.",
	}
}

func exposureTexts() []string {
	return []string{
		"A stranger exposed himself on public transport. Has changed the way she travels.",
		"Happened twice in the same park. Is worried it will happen again.",
		"Was followed off the train and told staff at the next station.",
	}
}

func traffickingTexts() []string {
	return []string{
		"Found during a visit by officers. Documents were being held by somebody else.",
		"Was made to work without pay and was not free to leave. Needs an interpreter.",
		"Left with the help of a neighbour and is somewhere safe for a few nights.",
	}
}

func bereavedTexts() []string {
	return []string{
		"A close relative was killed. The family has a liaison officer and asks for practical help.",
		"Lost a family member. There are young children in the household.",
	}
}

func stalkingTexts() []string {
	return []string{
		"Followed on the way to work on several days, and many messages a day.",
		"A former partner turns up at home and at work and has contacted friends.",
		"Finds notes on the car and thinks a tracker has been used.",
		"Accounts were opened in their name and their passwords changed.",
	}
}

func abuseTexts() []string {
	return []string{
		"Assaulted at home by a partner. Children were in the next room.",
		"Threatened and pushed by a former partner who came to the door at night.",
		"Says that money, phone and visits to family are controlled, and that it is getting worse.",
		"Called from a neighbour's flat. Injuries to the neck and arms; was seen by paramedics.",
		"Has left and returned before. Says this time is different.",
		"Afraid of what the family will do. Asks that nobody writes to the house.",
		"A colleague noticed bruises. First time it has been told to anyone.",
	}
}

func imageTexts() []string {
	return []string{
		"A former partner threatens to send private pictures to family and work.",
		"Private pictures were posted on several sites. Asks for help to have them taken down.",
	}
}

func harassmentTexts() []string {
	return []string{
		"Messages and calls through the night for some weeks, from changing numbers.",
		"A neighbour shouts and bangs on the wall whenever they leave the flat.",
		"Abusive posts about them by someone they used to work with.",
		"A former friend sends letters and gifts after being asked to stop.",
	}
}

func publicTexts() []string {
	return []string{
		"Shouted at and threatened in the street in front of the children.",
		"A group surrounded and threatened them at a bus stop.",
		"Threatened by another passenger, who got off before staff came.",
		"An argument over parking in which a weapon was mentioned.",
	}
}

func hateTexts() []string {
	return []string{
		"Abuse was shouted at them on the way to work, for the third time this month.",
		"Insults were painted on the front door. They think it is a neighbour.",
		"Abused on a train while other passengers looked away.",
		"Comments under their posts name where they go to worship.",
		"Told to leave a shop with words about who they are.",
		"Refused a ramp and mocked for asking.",
	}
}

func assaultTexts() []string {
	return []string{
		"Punched outside a station by someone they did not know.",
		"Attacked at work by a customer. Off work since.",
		"A fight they tried to stop. Needed stitches.",
		"Hit from behind on the way home from school.",
	}
}

func knifeTexts() []string {
	return []string{
		"Threatened with a knife for a phone on the way home.",
		"Stabbed in the leg near a school. In hospital for two days.",
		"Chased by a group with knives. Is afraid to use that bus again.",
	}
}

func robberyTexts() []string {
	return []string{
		"Phone snatched by someone on a bike. Fell and hurt a wrist.",
		"Bag taken in the street; keys and bank cards were in it.",
		"Two people took a watch and a phone on the night bus.",
	}
}

func burglaryTexts() []string {
	return []string{
		"Came home to find the back door forced. Does not feel safe at home.",
		"Somebody was in the house while they slept.",
		"Family jewellery taken. Lives alone and needs new locks.",
	}
}

func fraudTexts() []string {
	return []string{
		"Persuaded by phone to move savings to another account.",
		"Met somebody online who asked for money, again and again.",
		"Paid for a flat that did not exist.",
	}
}

func damageTexts() []string {
	return []string{
		"Windows broken twice in a month. Thinks it is meant for them.",
		"Car set upon outside the house at night.",
	}
}

// askedTexts are what receivers ask for before they decide.
func askedTexts() []string {
	return []string{
		"Is there a safe time to call on a weekday afternoon?",
		"Does anyone else in the household know about this referral?",
		"Which risk form was used, and on what day?",
		"Are there children at home, and are children's services involved?",
		"Is an interpreter needed, and is there anyone who should not be used?",
		"Has the person been told which organisation will contact them?",
		"Is there a court date we should know about?",
		"What does the person want from us first?",
	}
}

// answerTexts are what referrers answer.
func answerTexts() []string {
	return []string{
		"Yes. Between one and three on weekdays is safest.",
		"Nobody else knows. Please ask for the code word.",
		"It was done with an officer last week and the score is on the form.",
		"Yes, two, and a social worker has been named.",
		"An interpreter is needed by phone. Not someone from the same community, please.",
		"They know and are expecting a call.",
		"No date yet.",
		"They would like to talk about feeling safe at home.",
	}
}

// saidTexts are what a worker notes of a first conversation.
func saidTexts() []string {
	return []string{
		"Explained who we are and what we can do. Would like to meet.",
		"Talked about safety at home and agreed a next call.",
		"Tearful but glad to be called. Next contact agreed.",
		"Short call, not a good moment. Agreed a time this week.",
		"Went through what happens next with the police.",
		"Agreed to start with help with sleep and going out.",
	}
}

// reportTexts are what an end report says.
func reportTexts() []string {
	return []string{
		"Support plan finished. Knows how to come back.",
		"Safety plan in place and reviewed. Locks changed.",
		"Supported through the interview and the hearing. Now supported by family.",
		"Moved on to a local service by agreement.",
		"Feels able to go out alone again. No further contact wanted for now.",
	}
}

// riskTexts are what makes a risk more than standard.
func riskTexts() []string {
	return []string{
		"Threats have been made since the report. The person responsible knows where they live.",
		"It is happening more often. There has been an assault to the neck before.",
		"Says they have thought about not wanting to live. GP is aware.",
		"Separation in the last month, and contact with the children is disputed.",
		"The person responsible is on bail and has broken a condition.",
	}
}

// noteFor is the note beside a decision: needed where the reason says too little.
func (g *generator) noteFor(s *source, reason string) string {
	switch reason {
	case "other":
		return pick(s, []string{
			"Tried what we could within the safe times. The referrer has been told by phone.",
			"Two calls, and then the number could not be used. Handed back so that another way can be found.",
			"The person asked us to stop here and to be contacted by the officer only.",
		})
	case "no_capacity":
		return pick(s, []string{"", "", "No room this week. We have told the duty line.", "All rooms are taken. Please try again from Monday."})
	case "risk_too_high":
		return "Needs support round the clock that we do not have."
	case "not_eligible_offence_or_need":
		return pick(s, []string{"", "Needs a service that also helps with alcohol.", "We can only house up to three children."})
	}
	return ""
}
