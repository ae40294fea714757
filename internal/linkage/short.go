package linkage

import "strings"

// shortForms are given names that are written in more than one way: short forms
// of English names, and names of other scripts as they come out in Latin
// letters. Folded, one family of names to a line.
const shortForms = `
alexander alex sasha sandy xander
alexandra alex sasha sandra lexi
abigail abby abi gail
amelia millie amy
andrew andy drew
anthony tony antony
benjamin ben benny
catherine katherine kathryn cathy kathy kate katie cath
charles charlie chuck
charlotte charlie lottie
christine christina chris tina chrissy
christopher chris kit
daniel dan danny
david dave
deborah debbie deb
edward ed eddie ted ned
eleanor ellie nell nora
elizabeth liz lizzie beth eliza betty lisa
emily em emmy
frederick fred freddie
gabriel gabe
george georgie
grace gracie
harold harry
henry harry hal
isabella isabel isobel bella izzy
jacob jake
james jim jimmy jamie
jennifer jen jenny
jessica jess jessie
john jack johnny jon
jonathan jon jonny
joseph joe joey yusuf youssef yousef
joshua josh
katarzyna kasia
kenneth ken kenny
lawrence laurence larry
lily lilian lillian
madeleine madeline maddie
margaret maggie meg peggy
matilda tilly
matthew matt
michael mike mick mickey
mohammed muhammad mohamed mohammad mohamad muhammed mohd md mo
ahmed ahmad
ali aly
fatima fatma fatimah
hussein husain hussain hossein
hassan hasan
ibrahim ebrahim abraham
khadija khadijah khadeeja
layla leila laila leyla
maryam mariam miriam meryem
nicholas nick nicky
nicola nicky
oliver ollie
olivia liv livvy
omar umar
patricia pat trish
patrick pat paddy
peter pete
philip phil phillip
rebecca becky becca
richard rick dick richie
robert rob bob bobby robbie bert
ronald ron ronnie
samantha sam
samuel sam sammy
said saeed saeid sayeed
sara sarah sally
stephen steven steve
susan sue susie
theodore theo ted
thomas tom tommy
timothy tim
victoria vicky tori
william will bill billy liam
yousuf yusuf youssef yousef
zachary zack zac
zainab zaynab zeynep
`

// ShortForms returns the families of names, a family to a line: the database
// holds the same, and a test the two together.
func ShortForms() []string { return strings.Split(strings.TrimSpace(shortForms), "\n") }

// forms holds the lines each name stands on.
var forms = func() map[string][]int {
	m := map[string][]int{}
	for i, line := range ShortForms() {
		for _, name := range strings.Fields(line) {
			m[name] = append(m[name], i)
		}
	}
	return m
}()

// shortForm reports whether two given names are ways to write one.
func shortForm(a, b string) bool {
	for _, x := range forms[a] {
		for _, y := range forms[b] {
			if x == y {
				return true
			}
		}
	}
	return false
}
