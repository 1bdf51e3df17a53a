package roll

import (
	"math/rand/v2"
	"testing"
)

func TestThePhoneBookIsAMapOfNumbers(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	var book phoneBook
	model := map[digits]map[uint32]bool{}
	numbers := make([]digits, 900)
	for i := range numbers {
		d, ok := packDigits([]string{"+2279", "+2348"}[i%2] + string(rune('0'+i/100)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10)) + "0000")
		if !ok {
			t.Fatal("not a number")
		}
		numbers[i] = d
	}
	for range 60_000 {
		d, slot := numbers[rnd.IntN(len(numbers))], uint32(rnd.IntN(8))
		if model[d][slot] {
			book.remove(d, slot)
			delete(model[d], slot)
			continue
		}
		if model[d] == nil {
			model[d] = map[uint32]bool{}
		}
		book.add(d, slot)
		model[d][slot] = true
	}
	for _, d := range numbers {
		got := book.slots(d)
		for _, slot := range got {
			if !model[d][slot] {
				t.Fatalf("got slot %d of a number that is not theirs", slot)
			}
		}
		if len(got) != len(model[d]) {
			t.Fatalf("got %d of a number, want %d", len(got), len(model[d]))
		}
	}
}

func TestAReceiptIsOneNumber(t *testing.T) {
	same := []string{"NIA-7K3MQ-2XWT9-4", "nia 7k3mq 2xwt9 4", "7K3MQ2XWT94", "GAY-7K3MQ-2XWT9-4"}
	for _, s := range same {
		if receiptKey(s) != receiptKey(same[0]) || receiptKey(s) == 0 {
			t.Errorf("%s: got %d, want %d", s, receiptKey(s), receiptKey(same[0]))
		}
	}
	if receiptKey("NIA-OI3MQ-2LWT9-4") != receiptKey("NIA-013MQ-21WT9-4") {
		t.Error("letters that look like digits are told from them")
	}
	for _, s := range []string{"NIA-7K3MQ-2XWT9-5", "NIA-7K3MQ-2XWT9-*", "NIA-K73MQ-2XWT9-4"} {
		if receiptKey(s) == receiptKey(same[0]) {
			t.Errorf("%s is taken for another receipt", s)
		}
	}
	if receiptKey("7K3MQ") != 0 || receiptKey("") != 0 {
		t.Error("too few signs make a receipt")
	}
}
