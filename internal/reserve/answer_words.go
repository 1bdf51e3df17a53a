package reserve

import (
	"slices"
	"strings"
)

// The words and phrases of answers, without apostrophes; the tables fold them as texts are folded. Field notes §4.3
// give the keywords; those in Hausa, Zarma and Arabic need the eye of a native speaker.

// wordSet makes a table of words parted by blanks.
func wordSet(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(foldText(words)) {
		m[w] = true
	}
	return m
}

// phraseList makes a list of phrases, one a line, the longest first: "il n'y a pas de problème" is met before the phrase inside it.
func phraseList(phrases string) []string {
	var out []string
	for _, p := range strings.Split(foldText(phrases), "\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out
}

// phraseSet makes a table of phrases, one a line.
func phraseSet(text string) map[string]bool {
	m := map[string]bool{}
	for _, p := range phraseList(text) {
		m[p] = true
	}
	return m
}

// knownWord reports whether a word is an answer, a courtesy or a keyword as it stands.
func knownWord(w string) bool {
	return yesWords[w] || noWords[w] || courtesy[w] || support[w] || stopFirst[w] || stopAlone[w] || likelyYes[w] || likelyNo[w]
}

var (
	yesWords = wordSet(`oui ouais yes yeah yep yup ok okay okey oki daccord dac naam ee ayo aayo ayoo eyo
		نعم ايوه ايوا اجل بلي موافق 👍 ✅ ✔ ☑ 👌 🆗`)
	noWords = wordSet(`non no nope nah aa haa لا كلا 👎 ❌ 🚫 🙅`)

	// numberWords are digits written out, read only where they are the whole text: one to three in twenty languages of the region and of the forms.
	numberWords = map[string]int{
		"one": 1, "un": 1, "une": 1, "daya": 1, "afo": 1, "واحد": 1, "واحده": 1, "uno": 1, "um": 1, "eins": 1, "один": 1, "moja": 1, "bir": 1,
		"okan": 1, "otu": 1, "goo": 1, "benn": 1, "kelen": 1, "moko": 1, "een": 1, "jeden": 1, "tilo": 1, "kow": 1, "አንድ": 1, "एक": 1, "一": 1, "یک": 1, "يك": 1,
		"two": 2, "deux": 2, "biyu": 2, "hinka": 2, "اثنان": 2, "اثنين": 2, "dos": 2, "due": 2, "dois": 2, "zwei": 2, "два": 2, "mbili": 2, "iki": 2, "meji": 2,
		"abuo": 2, "didi": 2, "naar": 2, "fila": 2, "twee": 2, "dwa": 2,
		"three": 3, "trois": 3, "uku": 3, "hinza": 3, "ثلاثه": 3, "tres": 3, "drei": 3, "три": 3, "tatu": 3,
	}

	// likelyYes and likelyNo are suggested, never counted: French "eh" is no yes, Hausa "eh" is one.
	likelyYes = wordSet(`eh e wi ui oiu uoi to toh oho dispo disponible present presente pret prete ready available insha inchallah inshallah shirye جاهز مستعد حاضر تمام طيب`)
	likelyNo  = wordSet(`nn nan nom babu impossible indisponible occupe busy malade sick hana`)

	// courtesy says nothing about the answer and may stand anywhere.
	courtesy = wordSet(`merci beaucoup bcp svp stp sil vous te plait bonjour bjr bonsoir salut slt cher chere monsieur mr madame mme chef patron frere soeur
		ami tonton please pls plz thanks thank you thx ty hi hello hey dear sir madam good morning evening afternoon bonne journee soiree nuit
		ah eh oh euh hum ben bon et and allah inshallah inchallah insha incha ncha amen amin amine alhamdulillah hamdoulilah salam salamu aleykoum alaikum aleikum
		sannu sannunku nagode na gode mun barka ina kwana wuni lafiya ranka ya dade malam yallabai madalla fofo saabu kubayni
		شكرا جزيلا السلام عليكم وعليكم سلام مرحبا اهلا من فضلك سمحت اخي اختي سيدي يا امين ان شاء الله انشاءالله بارك فيك الحمد لله
		🙏 🙂 😊 😀 😃 😄 😁 ❤ 💪 👋 🤝 👏 🎉 🫡 ✊ 🌹`)

	// support may stand beside a yes without weakening it; it holds no negation, no condition and no question.
	support = wordSet(`je viens viendrai arrive jarrive suis serai jy y la present presente disponible dispo pret prete partant partante bien sur sure avec plaisir
		volontiers certainement absolument evidemment confirme jaccepte accepte participe participerai peux pourrai venir vais tout toute suite de maintenant
		cest parfait super entendu recu compris on nous en route toujours
		i im ill am will be there come coming can ready available of course on my way now confirm confirmed agree happy to with pleasure definitely absolutely
		count me in it is its fine great understood received here the yes
		zan zo zuwa nake shirye shiri yarda amince iya lallai sosai kwarai yanzu tabbas nan
		ay ga hin ka kaa soola yadda soho sohon
		انا ساحضر ساتي قادم جاهز مستعد حاضر موجود اكيد طبعا بالتاكيد الان تمام استطيع المجيء المجي الحضور في الطريق متاح`)

	// codeFillers may stand before the code of a call-up: "oui pour A".
	codeFillers = wordSet(`pour for to code appel call demande request la le l the numero nema ceeyan طلب رمز`)

	positiveWords = wordSet(`viens viendrai arrive jarrive disponible dispo present presente pret prete partant come coming available ready zan zuwa shirye
		قادم جاهز مستعد ساحضر ساتي متاح`)
	negations = wordSet(`pas ne nest jamais plus sans rien not cant cannot dont wont didnt doesnt isnt never none without unable
		ba bazan bana banda babu si mana لن لم ليس لست غير ما مش`)
	butWords   = wordSet(`mais but however sauf except unless amma saidai kala لكن ولكن الا`)
	ifWords    = wordSet(`si if idan اذا لو`)
	laterWords = wordSet(`demain tomorrow tard later apres after soir tonight lundi mardi mercredi jeudi vendredi samedi dimanche gobe anjima suba kokor
		غدا لاحقا بعدين المساء`)
)

// First words, and the beginnings of texts.
var (
	stopFirst = wordSet(`stop stopp stopall unstopall arret arrets arrete arretez arreter stopper stoppez unsubscribe desabonner desabonne desabonnez desabonnement
		tsaya dakata قف توقف اوقف اوقفوا ايقاف وقف стоп`)
	notStop     = wordSet(`maladie travail`) // "arrêt maladie" is a reason
	stopAlone   = wordSet(`end quit cancel revoke basta fin optout opt out daina`)
	stopObjects = wordSet(`sms message messages msg texts text texting all tout tous toutes les the me my mes ces this these subscription envoi envois aiko sako now`)
	stopStarts  = phraseList(`
		ne menvoyez plus
		ne plus menvoyer
		ne plus envoyer
		de ne plus menvoyer
		dont text me
		do not text me
		dont send me
		do not send me
		dont contact me
		do not contact me`)
	withdrawFirst = wordSet(`retrait retirer retirez withdraw desinscription desinscrire desinscris desinscrivez effacer effacez effacement supprimer supprimez
		suppression erase delete remove janye goge انسحاب انسحب احذف حذف امح امحوا`)
	numberNouns = wordSet(`numero number lamba رقم رقمي wrong faux mauvais erreur`)
	joinFirst   = wordSet(`join rejoindre joindre inscrire inscris inscription sinscrire minscrire register registration reg registrer enregistrer enregistrement
		shiga rajista rijista تسجيل سجل سجلني انضم انضمام اشترك`)
	infoFirst   = wordSet(`info infos information informations donnees data bayani معلومات`)
	wrongStarts = phraseList(`
		wrong number
		wrong person
		you have the wrong
		you got the wrong
		mauvais numero
		mauvaise personne
		faux numero
		erreur de numero
		numero errone
		vous avez le mauvais
		vous vous etes trompe
		vous vous trompez de
		ce nest pas le numero
		cest pas le numero
		ce nest plus le numero
		this is not the number
		lambar ba tawa
		ba lambarsa ba
		ba lambarta ba
		manti a lamba
		رقم خاطي
		رقم خطا
		الرقم خطا
		الرقم خاطي
		هذا ليس رقم`)
	laterStarts = phraseList(`
		je rappelle
		je vous rappelle
		je rappellerai
		rappelez moi
		appelez moi
		call me
		ill call
		i will call
		let me call
		zan kira
		ka kira ni
		ساتصل
		اتصل بي`)
	noStarts = phraseList(`
		je ne peux pas
		je peux pas
		je ne pourrai pas
		je ne suis pas disponible
		je suis pas disponible
		je ne serai pas disponible
		je ne suis pas dispo
		je ne viens pas
		je ne viendrai pas
		i cant
		i cannot
		i can not
		i am not available
		im not available
		i wont
		i will not
		ba zan iya
		bazan iya
		ba zan zo
		ay si hin
		لا استطيع
		لا اقدر
		لن استطيع
		لن احضر`)
	// takesBack are words after a no that turn it round.
	takesBack = phraseList(`
		refuser
		dire non
		manquer
		rater
		say no
		refuse
		wait
		attendre
		seulement
		only
		doubt
		doute`)
	// easyPhrases strengthen a yes and are no yes alone: "no problem" holds a no, "God willing" an if.
	easyPhrases = phraseList(`
		pas de probleme
		aucun probleme
		sans probleme
		ya pas de probleme
		il ny a pas de probleme
		pas de souci
		aucun souci
		sans souci
		sans faute
		pourquoi pas
		no problem
		no wahala
		no worries
		not a problem
		why not
		babu matsala
		ba matsala
		babu damuwa
		taali kulu si
		لا مشكله
		ما في مشكله
		لا باس
		si dieu veut
		si dieu le veut
		if god wills
		god willing
		in allah ya yarda
		idan allah ya yarda
		in sha allah
		da irikoy yadda
		ان شاء الله`)
	machinePhrases = phraseList(`
		reponse automatique
		message automatique
		reponse auto
		auto reply
		autoreply
		auto response
		automatic reply
		automatic response
		automated message
		automated response
		out of office
		absence du bureau
		cant talk right now
		im driving
		i am driving
		je conduis
		votre solde
		votre forfait
		votre credit
		your balance
		cher client
		chere cliente
		dear customer
		dear subscriber
		do not reply
		ne pas repondre
		boite vocale
		messagerie vocale
		votre message a bien ete recu
		your message has been received
		amsa ta atomatik
		رد الي
		رد تلقايي
		عزيزي العميل
		عزيزي المشترك`)
)
