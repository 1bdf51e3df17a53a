package reserve

// Phrases that are the whole text, courtesies aside.
var (
	yesPhrases = phraseSet(`
		o
		y
		i
		e i
		bien sur
		bien sur que oui
		avec plaisir
		volontiers
		certainement
		absolument
		je viens
		je suis disponible
		je suis dispo
		je suis pret
		je suis prete
		je suis partant
		je suis partante
		je serai la
		je serai present
		je serai presente
		jarrive
		jaccepte
		je confirme
		je peux venir
		of course
		sure
		with pleasure
		i will come
		ill come
		i am coming
		im coming
		i will be there
		ill be there
		i am available
		im available
		i can come
		i confirm
		i accept
		i agree
		count me in
		zan zo
		ina zuwa
		zan iya zuwa
		na yarda
		ay ga kaa
		ay ga hin ka kaa
		ay yadda
		ساحضر
		ساتي
		انا قادم
		انا جاهز
		انا مستعد
		انا موافق
		استطيع الحضور`)
	noPhrases = phraseSet(`
		n
		je ne peux pas
		je peux pas
		peux pas
		pas disponible
		pas dispo
		je ne suis pas disponible
		je suis pas disponible
		je suis pas dispo
		je ne viens pas
		je viens pas
		je ne viendrai pas
		je refuse
		i cant
		i cannot
		cant come
		cannot come
		not available
		not coming
		i am not available
		im not available
		i am not coming
		im not coming
		i wont come
		i will not come
		i decline
		ba zan iya ba
		ba zan zo ba
		bazan iya ba
		bazan zo ba
		ba zan iya zuwa ba
		ban yarda ba
		ay si hin
		ay si kaa
		ay si hin ka kaa
		ay wangu
		لن احضر
		لن اتي
		لا استطيع
		لا اقدر
		لست متاحا
		غير متاح`)
	laterPhrases = phraseSet(`
		plus tard
		pas maintenant
		pas tout de suite
		demain
		apres demain
		peut etre plus tard
		later
		not now
		tomorrow
		maybe later
		anjima
		sai anjima
		gobe
		sai gobe
		ba yanzu ba
		suba
		kokor
		لاحقا
		غدا
		بعدين
		ليس الان`)
	startPhrases = phraseSet(`
		start
		unstop
		reprendre
		sake farawa`)
	stopPhrases = phraseSet(`
		opt out
		optout
		plus de messages
		plus de sms
		leave me alone
		laissez moi tranquille
		ku daina aiko mini da sako
		a daina aiko sako`)
	withdrawPhrases = phraseSet(`
		je veux me retirer
		je me retire de la liste
		je me desinscris
		retirez moi
		effacez moi
		supprimez moi
		take me off the list
		take me off
		erase me
		i withdraw
		na janye
		ay fatta
		انسحبت`)
	joinPhrases = phraseSet(`
		je veux minscrire
		je souhaite minscrire
		je voudrais minscrire
		i want to join
		i want to register
		yi rajista
		ina so in yi rajista
		maa hantum
		اريد التسجيل
		اريد ان اسجل`)
	infoPhrases = phraseSet(`
		info
		mes donnees
		my data
		what do you have on me
		what do you hold
		que savez vous de moi
		bayanaina
		بياناتي`)
	helpPhrases = phraseSet(`
		help
		help me
		aide
		aidez moi
		aide moi
		a laide
		au secours
		menu
		taimako
		taimake ni
		gaakasinay
		مساعده
		ساعدوني
		ساعدني`)
	whoPhrases = phraseSet(`
		qui
		cest qui
		qui cest
		cest qui ca
		qui est ce
		qui est la
		qui etes vous
		vous etes qui
		tu es qui
		qui es tu
		cest de la part de qui
		de la part de qui
		a qui ai je lhonneur
		who
		who is this
		whos this
		who is it
		who are you
		who r u
		who this
		wane ne
		wanene
		wane ne wannan
		wanene wannan
		wa ke magana
		kai wane ne
		may no
		may no woo
		ni ya may no
		من
		من انت
		من انتم
		من هذا
		من معي
		مين`)
	wrongPhrases = phraseSet(`
		wrong
		erreur
		cest une erreur
		faux
		ce nest pas moi
		cest pas moi
		vous vous trompez
		vous faites erreur
		its not me
		this is not me
		not my name
		ba ni ba ne
		bani bane
		ba ni ba ce
		manti ay no
		manti ay
		لست انا
		ليس انا
		مش انا
		انت مخطي
		خطا`)
)
