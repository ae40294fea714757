package models

// dash is the risk form for domestic abuse, stalking and so-called honour-based
// abuse (DASH 2009): 24 questions that count and 3 that do not. What is asked
// about is that of the tool; the words are short prompts of our own, for
// somebody who has learnt to use it (domain.md 2.3).
func dash() FormDefinition {
	return FormDefinition{
		Key: "dash", Name: "DASH risk form", Version: 1,
		Summary: "24 questions about the danger after domestic abuse, stalking or so-called honour-based abuse, and your own judgement.",
		Source:  "DASH (2009), in short prompts of our own. Use it as you were trained to.",
		Score:   ScoreRule{Answer: FormYes, MARAC: DASHHigh},
		Sections: []FormSection{
			{Title: "What is happening now", Counts: true, Questions: prompts(
				[2]string{"injured", "Was anybody hurt this time?"},
				[2]string{"frightened", "Are they very frightened?"},
				[2]string{"fears", "Do they fear more injury or violence?"},
				[2]string{"isolated", "Are they cut off from family or friends?"},
				[2]string{"low", "Do they feel very low, or think of ending their life?"},
				[2]string{"separated", "Have they left, or tried to leave, in the last year?"},
				[2]string{"contact", "Is there conflict over seeing the children?"},
				[2]string{"followed", "Are they followed, watched, or contacted again and again?"},
			)},
			{Title: "Children and others", Counts: true, Questions: prompts(
				[2]string{"pregnant", "Are they pregnant, or was a baby born in the last 18 months?"},
				[2]string{"hurt_others", "Has the person responsible hurt anybody else, such as children, family or an earlier partner?"},
				[2]string{"others_threaten", "Does anybody else threaten them, or are they afraid of anybody else?"},
				[2]string{"animals", "Has the person responsible hurt an animal?"},
			)},
			{Title: "How it has been", Counts: true, Questions: prompts(
				[2]string{"more_often", "Does it happen more often?"},
				[2]string{"worse", "Is it getting worse?"},
				[2]string{"controls", "Does the person responsible control what they do, or is very jealous?"},
				[2]string{"weapons", "Were weapons or objects used to hurt them?"},
				[2]string{"threats_to_kill", "Has the person responsible threatened to kill anybody?"},
				[2]string{"strangled", "Were they ever strangled, choked, suffocated or held under water?"},
				[2]string{"sexual", "Are they made to do or suffer sexual things, or hurt that way?"},
			)},
			{Title: "The person responsible", Counts: true, Questions: prompts(
				[2]string{"money", "Are there money troubles, or do they depend on that person for money?"},
				[2]string{"substances", "Has that person had trouble with drugs, alcohol or mental health in the last year?"},
				[2]string{"suicide", "Has that person threatened or tried to end their own life?"},
				[2]string{"orders", "Has that person broken bail, an order, or an agreement to stay away?"},
				[2]string{"police", "Has that person been in trouble with the police before?"},
			)},
			{Title: "For you to consider", Hint: "These do not count towards the score.", Questions: prompts(
				[2]string{"harder_to_tell", "Does anything make it harder for them to tell or to be safe, such as disability, language, immigration status or family pressure?"},
				[2]string{"means", "Do that person's work, skills or interests make them more dangerous?"},
				[2]string{"children_at_risk", "Is a child at risk?"},
			)},
		},
	}
}

// prompts are questions with the four answers of a risk form.
func prompts(list ...[2]string) []Question {
	out := make([]Question, len(list))
	for i, p := range list {
		out[i] = Question{Key: p[0], Label: p[1], Kind: AskRadios, Options: FormAnswers(), Required: true}
	}
	return out
}
