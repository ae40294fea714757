package demo

// The names of staff are made of a given name and an invented family name, so
// that nobody takes them for a real colleague.
func staffGiven() []string {
	return []string{
		"Adaeze", "Aisling", "Alejandra", "Anoushka", "Arjun", "Astrid", "Babajide", "Beatriz", "Bilal", "Bronwen", "Callum", "Chiamaka",
		"Connor", "Danuta", "Darius", "Delphine", "Ebele", "Edita", "Eilidh", "Farah", "Fergus", "Gabriela", "Gethin", "Halima", "Harpreet",
		"Idris", "Ingrid", "Ismail", "Ivana", "Jamal", "Jasmine", "Kamala", "Keiko", "Kemi", "Lachlan", "Leila", "Lukasz", "Magda", "Marcus",
		"Marisol", "Mehmet", "Nadia", "Nia", "Nikolai", "Olivia", "Omar", "Padma", "Pedro", "Quentin", "Rashida", "Rhiannon", "Roza", "Samir",
		"Sinead", "Solomon", "Tamsin", "Thandiwe", "Tobias", "Uchenna", "Vera", "Wanjiru", "Xanthe", "Yasmin", "Zainab", "Zofia",
	}
}

func staffFamily() []string {
	return []string{
		"Amberleigh", "Applegarth-Moon", "Bellweather", "Birdsong", "Bramblewick", "Brightwater", "Cloudsley-Fenn", "Copperfern", "Cresswood",
		"Dapplemere", "Driftwood", "Duskwell", "Eaglestone", "Evergild", "Featherstone-Vale", "Fernsby-Lark", "Foxlight", "Frostwick",
		"Gladebourne", "Goldmeadow", "Greywillow", "Harrowmist", "Heatherlow", "Honeycombe", "Icemere", "Ivorywell", "Juniperson", "Kestrelby",
		"Kindlewood", "Lavenderhill", "Lilyfield", "Littlestar", "Marblethwaite", "Marigold", "Mistlethorpe", "Moonraker", "Mossbank",
		"Nettlecombe", "Nightjar", "Oakenbright", "Otterburn-Gray", "Pebblestone", "Primrosen", "Puddlecote", "Quicksilver", "Rainsford-Wick",
		"Ravenglow", "Rowanberry", "Saltmarsh-Dune", "Seabright", "Skylarken", "Snowmantle", "Songbird", "Sparrowdale", "Starling-Hart",
		"Summerlea", "Swiftwater", "Tanglewood", "Thornapple", "Tidewater", "Violetson", "Wavecrest", "Whistledown", "Windermoor", "Yarrowby",
	}
}

// nameGroup is the names of people whose families come from one part of the
// world, and the languages they may rather speak. The names are common ones,
// joined by chance: they name nobody.
type nameGroup struct {
	weight    map[string]float64 // by ethnic group as data/ counts it
	female    []string
	male      []string
	family    []string
	languages []string // beside English
	ethnic    string   // as the equality question asks it
}

func nameGroups() []nameGroup {
	return []nameGroup{
		{
			weight: map[string]float64{"White": 60, "Black": 12, "Asian": 4, "Any Other": 10, "Unknown": 40}, ethnic: "white",
			female: []string{"Abigail", "Alice", "Amy", "Anna", "Bethany", "Caitlin", "Charlotte", "Chloe", "Claire", "Daisy", "Eleanor", "Ellie", "Emily", "Emma", "Erin", "Freya", "Georgia", "Grace", "Hannah", "Heather", "Holly", "Isobel", "Jade", "Jessica", "Joanne", "Julie", "Karen", "Kate", "Laura", "Lauren", "Lily", "Lucy", "Megan", "Molly", "Natalie", "Niamh", "Olivia", "Paige", "Poppy", "Rachel", "Rebecca", "Rosie", "Ruby", "Sarah", "Siobhán", "Sophie", "Susan", "Tracey", "Victoria", "Zoë"},
			male:   []string{"Adam", "Alexander", "Andrew", "Archie", "Ben", "Callum", "Charlie", "Christopher", "Connor", "Daniel", "David", "Dylan", "Edward", "Finley", "Gareth", "George", "Harry", "Jack", "James", "Jamie", "John", "Joseph", "Joshua", "Kieran", "Lewis", "Liam", "Luke", "Mark", "Matthew", "Michael", "Nathan", "Oliver", "Patrick", "Paul", "Peter", "Reece", "Robert", "Ryan", "Sam", "Scott", "Seán", "Simon", "Stephen", "Thomas", "Tom", "William"},
			family: []string{"Adams", "Allen", "Anderson", "Bailey", "Baker", "Barnes", "Bell", "Bennett", "Brown", "Butler", "Campbell", "Carter", "Chapman", "Clark", "Clarke", "Collins", "Cook", "Cooper", "Cox", "Davies", "Davis", "Dixon", "Doyle", "Edwards", "Ellis", "Evans", "Fisher", "Foster", "Gibson", "Graham", "Gray", "Green", "Griffiths", "Hall", "Harris", "Harrison", "Harvey", "Hill", "Holmes", "Hughes", "Hunt", "Jackson", "James", "Jenkins", "Johnson", "Jones", "Kelly", "Kennedy", "King", "Knight", "Lee", "Lewis", "Lloyd", "Marshall", "Martin", "Mason", "Matthews", "McCarthy", "McDonald", "Miller", "Mills", "Mitchell", "Moore", "Morgan", "Morris", "Murphy", "Murray", "O'Brien", "O'Connor", "O'Neill", "Owen", "Palmer", "Parker", "Pearson", "Phillips", "Powell", "Price", "Reid", "Reynolds", "Richards", "Roberts", "Robertson", "Robinson", "Rogers", "Ross", "Russell", "Scott", "Shaw", "Simpson", "Smith", "Stevens", "Stewart", "Sullivan", "Taylor", "Thomas", "Thompson", "Turner", "Walker", "Walsh", "Ward", "Watson", "Webb", "White", "Wilkinson", "Williams", "Wilson", "Wood", "Wright", "Young"},
		},
		{
			weight: map[string]float64{"White": 22, "Any Other": 15, "Unknown": 16}, ethnic: "white", languages: []string{"Polish", "Romanian", "Bulgarian", "Lithuanian", "Portuguese", "Italian", "Spanish", "Ukrainian", "Albanian"},
			female: []string{"Agnieszka", "Alina", "Ana", "Andreea", "Beatriz", "Besa", "Carmen", "Catarina", "Daniela", "Dorota", "Elena", "Elżbieta", "Francesca", "Giulia", "Ioana", "Irina", "Iryna", "Justyna", "Katarzyna", "Lucía", "Małgorzata", "Mariana", "Marta", "Mihaela", "Natalia", "Oksana", "Rasa", "Simona", "Sofia", "Svitlana", "Teodora", "Valbona", "Zuzana"},
			male:   []string{"Adrian", "Alessandro", "Andrei", "Arben", "Bogdan", "Diogo", "Dmytro", "Florin", "Francisco", "Georgi", "Ionuț", "Iván", "Jakub", "João", "Krzysztof", "Łukasz", "Marek", "Mateusz", "Mindaugas", "Nikolay", "Paweł", "Piotr", "Radu", "Sergio", "Stefan", "Tomasz", "Vasile", "Viktor"},
			family: []string{"Andreescu", "Bajraktari", "Bianchi", "Borges", "Ciobanu", "Costa", "Dąbrowska", "Dimitrov", "Dumitrescu", "Esposito", "Fernandes", "Ferreira", "García Ruiz", "Georgescu", "Hoxha", "Ivanova", "Jankauskas", "Kamiński", "Kovalenko", "Kowalczyk", "Krasniqi", "Lewandowska", "López", "Marin", "Mazur", "Melnyk", "Moreira", "Nowak", "Pereira", "Petrov", "Popescu", "Ricci", "Rodrigues", "Romano", "Silva Santos", "Stoica", "Szymańska", "Vaitkus", "Wiśniewska", "Zieliński"},
		},
		{
			weight: map[string]float64{"Black": 52, "Any Other": 5, "Unknown": 14}, ethnic: "black", languages: []string{"Yoruba", "Somali", "Twi", "French", "Lingala", "Tigrinya", "Amharic", "Swahili"},
			female: []string{"Abena", "Adaeze", "Adwoa", "Aisha", "Akosua", "Amara", "Ayaan", "Blessing", "Chidinma", "Comfort", "Deborah", "Efua", "Eyram", "Fatoumata", "Folasade", "Genet", "Hibo", "Hodan", "Ifeoma", "Kemi", "Mariam", "Mercy", "Ngozi", "Nkechi", "Oluwaseun", "Patience", "Precious", "Ruth", "Saida", "Selam", "Temitope", "Wanjiku", "Yewande", "Zawadi"},
			male:   []string{"Abdirahman", "Adebayo", "Chukwuemeka", "Daniel", "Emeka", "Femi", "Gideon", "Ibrahim", "Idris", "Isaac", "Jean-Pierre", "Kofi", "Kwabena", "Kwame", "Mohamed", "Musa", "Nana", "Obinna", "Olumide", "Samuel", "Segun", "Tendai", "Tesfaye", "Tunde", "Yaw", "Yusuf"},
			family: []string{"Abdi", "Acheampong", "Adebayo", "Adeyemi", "Afolabi", "Ahmed", "Akinola", "Ali", "Amoah", "Ansah", "Asante", "Bangura", "Bekele", "Boateng", "Chukwu", "Conteh", "Danso", "Diallo", "Eze", "Farah", "Gebre", "Hassan", "Ibe", "Jalloh", "Kamau", "Kamara", "Kiplagat", "Mensah", "Mukasa", "Mwangi", "Nwosu", "Obi", "Odhiambo", "Ogunleye", "Okafor", "Okeke", "Okonkwo", "Oppong", "Osei", "Owusu", "Sesay", "Tekle", "Warsame", "Yeboah"},
		},
		{
			weight: map[string]float64{"Black": 34, "White": 3, "Unknown": 8}, ethnic: "black",
			female: []string{"Aaliyah", "Alicia", "Andrea", "Beverley", "Candice", "Chantelle", "Cherelle", "Denise", "Dionne", "Gloria", "Jada", "Keisha", "Kiara", "Latoya", "Marcia", "Michelle", "Monique", "Natasha", "Nevaeh", "Rochelle", "Shanice", "Shaniqua", "Simone", "Tanisha", "Tiana", "Yvonne"},
			male:   []string{"Andre", "Antoine", "Carlton", "Clive", "Darnell", "Delroy", "Devante", "Dwayne", "Everton", "Jermaine", "Jerome", "Kyrone", "Lamar", "Leroy", "Malachi", "Marlon", "Nathaniel", "Romario", "Tyrell", "Tyrone", "Winston"},
			family: []string{"Alexander", "Bailey", "Barrett", "Blake", "Brown", "Campbell", "Clarke", "Cunningham", "Daley", "Douglas", "Francis", "Gordon", "Grant", "Henry", "Hinds", "Johnson", "Joseph", "Lawrence", "McKenzie", "Morgan", "Morrison", "Palmer", "Parris", "Phillip", "Pinnock", "Powell", "Reid", "Richards", "Samuels", "Stewart", "St Clair", "Thompson", "Walters", "Williams"},
		},
		{
			weight: map[string]float64{"Asian": 72, "Any Other": 12, "Unknown": 16}, ethnic: "asian", languages: []string{"Bengali", "Urdu", "Punjabi", "Gujarati", "Tamil", "Hindi", "Nepali", "Pashto", "Sylheti"},
			female: []string{"Aaliya", "Aisha", "Amrita", "Anjali", "Ayesha", "Bushra", "Deepa", "Divya", "Fahmida", "Farzana", "Fatima", "Gurpreet", "Harjit", "Humaira", "Iqra", "Jaspreet", "Kavita", "Khadija", "Kiran", "Lakshmi", "Mahira", "Manjula", "Maryam", "Meera", "Nasreen", "Neha", "Nusrat", "Parveen", "Pooja", "Priya", "Rabia", "Ruksana", "Sadia", "Samina", "Shazia", "Simran", "Sunita", "Tahmina", "Tanvi", "Zainab"},
			male:   []string{"Abdul", "Ajay", "Aman", "Arjun", "Asif", "Bilal", "Dilip", "Faisal", "Farhan", "Gurdeep", "Hamza", "Harish", "Imran", "Jagdish", "Kamal", "Karan", "Mohammed", "Naveed", "Nikhil", "Rahul", "Rajesh", "Ravi", "Sajid", "Salman", "Sanjay", "Shafiq", "Suresh", "Tariq", "Usman", "Vikram", "Wasim", "Zahid"},
			family: []string{"Ahmed", "Akhtar", "Ali", "Anwar", "Aziz", "Begum", "Bhatt", "Chaudhry", "Chowdhury", "Das", "Desai", "Dhillon", "Farooq", "Gill", "Gurung", "Haque", "Hossain", "Hussain", "Iqbal", "Islam", "Iyer", "Jahan", "Joshi", "Kapoor", "Kaur", "Khan", "Khatun", "Kumar", "Mahmood", "Malik", "Mehta", "Miah", "Mistry", "Mohan", "Nair", "Parmar", "Patel", "Perera", "Qureshi", "Rahman", "Rana", "Rao", "Reddy", "Sandhu", "Shah", "Sharma", "Sheikh", "Siddiqui", "Sidhu", "Singh", "Sivakumar", "Tamang", "Uddin", "Varma", "Yousaf"},
		},
		{
			weight: map[string]float64{"Asian": 24, "Any Other": 8, "Unknown": 4}, ethnic: "asian", languages: []string{"Cantonese", "Mandarin", "Vietnamese", "Tagalog", "Thai", "Korean", "Japanese"},
			female: []string{"Aiko", "Analyn", "Bích", "Chau", "Hana", "Hui", "Jia", "Lan", "Li Na", "Linh", "Mai", "Maricel", "Mei", "Min-ji", "Nok", "Rosario", "Siti", "Suki", "Thảo", "Xiu", "Yan", "Yuki"},
			male:   []string{"Anh", "Bo", "Chen", "Duc", "Haruto", "Jin", "Jun", "Kenji", "Kwok", "Long", "Minh", "Ramon", "Somchai", "Tuan", "Wei", "Xiang", "Yong"},
			family: []string{"Chan", "Chen", "Cheung", "Cruz", "dela Cruz", "Ho", "Huang", "Kim", "Lam", "Lau", "Le", "Li", "Lim", "Liu", "Nakamura", "Ng", "Nguyễn", "Park", "Phạm", "Reyes", "Santos", "Sato", "Tan", "Tran", "Wang", "Wong", "Wu", "Yang", "Zhang", "Zhao"},
		},
		{
			weight: map[string]float64{"Any Other": 35, "White": 9, "Unknown": 8}, ethnic: "other", languages: []string{"Arabic", "Turkish", "Farsi", "Kurdish", "Dari"},
			female: []string{"Amal", "Ayşe", "Azadeh", "Dilan", "Dina", "Elif", "Fatma", "Ghada", "Hala", "Huda", "Leyla", "Maryam", "Nasrin", "Noor", "Parisa", "Rana", "Rojin", "Samira", "Shirin", "Yasmin", "Zahra", "Zeynep"},
			male:   []string{"Ahmad", "Ali", "Baran", "Emre", "Farid", "Hamid", "Hassan", "Hüseyin", "Karim", "Khaled", "Mahmoud", "Mehmet", "Mustafa", "Omar", "Reza", "Samir", "Serkan", "Tariq", "Yousef", "Ziad"},
			family: []string{"Abbasi", "Ahmadi", "Al-Hassan", "Aydın", "Aziz", "Bayram", "Çelik", "Demir", "El-Sayed", "Farahani", "Ghorbani", "Haddad", "Hosseini", "Ibrahim", "Jaber", "Kaya", "Khalil", "Mansour", "Moradi", "Nasser", "Öztürk", "Rahimi", "Saleh", "Şahin", "Tehrani", "Yılmaz", "Zamani"},
		},
		{
			weight: map[string]float64{"White": 6, "Any Other": 15, "Black": 2, "Unknown": 5}, ethnic: "other", languages: []string{"Spanish", "Portuguese"},
			female: []string{"Adriana", "Camila", "Carolina", "Diana", "Fernanda", "Gabriela", "Juliana", "Larissa", "Luz", "Marisol", "Paola", "Rosa", "Thaís", "Valentina", "Ximena"},
			male:   []string{"Andrés", "Caio", "Diego", "Eduardo", "Felipe", "Gustavo", "Javier", "José", "Julián", "Luis", "Mateo", "Rafael", "Thiago"},
			family: []string{"Almeida", "Castro", "Cordeiro", "Díaz", "Gómez", "González Peña", "Gutiérrez", "Hernández", "Lima", "Martínez", "Morales", "Oliveira", "Ortiz", "Quispe", "Ramírez", "Restrepo", "Rojas", "Souza", "Vargas"},
		},
	}
}
