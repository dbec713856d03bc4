package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/textproto"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/bench"
	"huiyin/locale"
	"huiyin/pg"
)

const (
	mailBytes  = 5 << 10         // of a usual message, with its head
	largeBytes = 25<<20 - 64<<10 // of the largest: the door takes 25 MiB
	largeOnes  = 4               // large messages on their way at once
	stretches  = 4               // ceiling and mail are measured by turns, so that a noisy moment meets both
)

// mailResult is what `huiyin bench mail --json` ends with.
type mailResult struct {
	bench.Result
	FiledRate  float64 `json:"filed_rate"`         // a second that stood as cases, the time counted in which the spool was emptied after each rush
	Large      int     `json:"large_n"`            // how many messages of 25 MB came after
	LargeRate  float64 `json:"large_rate"`         // a second
	LargeEarly float64 `json:"large_rss_early_mb"` // highest memory while the first half of them came
	LargeLate  float64 `json:"large_rss_late_mb"`  // and while the second half came: flat where the two are alike
}

// benchMail sends mail to a mail door of its own over SMTP, each message unlike the others, and counts the 250 answers.
func benchMail(ctx context.Context, b *benchRun) error {
	return b.alone(func(config Config) error {
		config.MailAddr = freeAddress()
		config.Mailbox = []string{"12345@bench.example"}
		own := *b.env
		own.Config, own.Stdout, own.Stderr = config, discard{}, discard{}
		p, err := assemble(ctx, &own, "bench", b.env.progress())
		if err != nil {
			return err
		}
		err = b.mail(ctx, p, &own)
		if err != nil {
			return closeAfter(p.database, err)
		}
		return p.Close()
	})
}

func (b *benchRun) mail(ctx context.Context, p *parts, own *Env) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	debug.SetMemoryLimit(memoryLimit) // as serve does
	s := &service{parts: p, env: own}
	if err := s.listen(false, true); err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- s.run(ctx, false) }()
	plain, stop, err := ceiling(ctx, p.URL, mailBytes, connections)
	if err != nil {
		return err
	}
	defer stop()
	load := func(d time.Duration, n, workers int, message func(i int) [][]byte) bench.Load {
		return bench.Load{Workers: workers, For: d, N: n, Begin: func(context.Context, int) (func(context.Context, int) error, func(), error) {
			return sender(p.Config.MailAddr, p.Config.Mailbox[0], message)
		}}
	}
	letters := newLetterMaker()
	b.say("warming up")
	if _, err := load(2*time.Second, 0, b.workers, letters.usual).Run(ctx); err != nil {
		return err
	}
	if _, err := p.emptySpool(ctx); err != nil {
		return err
	}
	var inserts, mails bench.Sample
	var after time.Duration
	for i := range stretches {
		b.say("measuring, %d of %d", i+1, stretches)
		for _, one := range []struct {
			load bench.Load
			into *bench.Sample
		}{{plain(b.seconds / stretches / 2), &inserts}, {load(b.seconds/stretches/2, 0, b.workers, letters.usual), &mails}} {
			got, err := one.load.Run(ctx)
			if err != nil {
				return err
			}
			one.into.Add(got)
		}
		took, err := p.emptySpool(ctx)
		if err != nil {
			return err
		}
		after += took
	}
	r := mailResult{Result: mails.Against(inserts), Large: b.large}
	r.FiledRate = math.Round(float64(len(mails.Times)) / (mails.Took + after).Seconds())
	if err := p.allFiled(ctx, int(letters.serial.Load())); err != nil {
		return err
	}
	if b.large > 0 {
		b.say("sending %d messages of 25 MB", b.large)
		if err := b.largeOnes(ctx, &r, func(n int) bench.Load { return load(0, n, largeOnes, letters.large) }); err != nil {
			return err
		}
	}
	cancel()
	if err := <-served; err != nil {
		return err
	}
	return b.tell(r.Result, r)
}

// emptySpool waits until every mail that was acknowledged stands as a case, and tells how long that took.
func (p *parts) emptySpool(ctx context.Context) (time.Duration, error) {
	begun := time.Now()
	for {
		var left bool
		if err := p.Pool.QueryRow(ctx, `select exists (select 1 from mail_spool)`).Scan(&left); err != nil || !left {
			return time.Since(begun), err
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// allFiled counts the cases: a bench that loses mail measures nothing.
func (p *parts) allFiled(ctx context.Context, sent int) error {
	var filed int
	err := pg.InTx(ctx, p.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from submission where channel = 'email'`).Scan(&filed)
	})
	if err == nil && filed != sent {
		err = fmt.Errorf("%d mails were acknowledged and %d stand in the database", sent, filed)
	}
	return err
}

// largeOnes sends the large messages in two halves and notes the memory of each.
func (b *benchRun) largeOnes(ctx context.Context, r *mailResult, load func(n int) bench.Load) error {
	var all bench.Sample
	for i, half := range []int{b.large / 2, b.large - b.large/2} {
		watched, stop := context.WithCancel(ctx)
		highest := watchMemory(watched)
		got, err := load(half).Run(ctx)
		stop()
		if err != nil {
			return err
		}
		all.Add(got)
		*[]*float64{&r.LargeEarly, &r.LargeLate}[i] = highest()
	}
	r.LargeRate = all.Rate()
	r.RSS = bench.PeakMemory()
	return nil
}

// watchMemory looks at the memory of this process until ctx ends; the function it returns then gives the highest.
func watchMemory(ctx context.Context) (highest func() float64) {
	var most float64
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			most = max(most, bench.Memory())
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	})
	return func() float64 { wg.Wait(); return most }
}

// sender opens one connection and sends messages over it as mail servers do: the commands of one message together (RFC 2920), then the message.
func sender(addr, mailbox string, message func(i int) [][]byte) (do func(context.Context, int) error, end func(), err error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, nil, err
	}
	c := textproto.NewConn(conn)
	end = func() { _ = c.Close() }
	hear := func(codes ...int) error {
		for _, code := range codes {
			if _, _, err := c.ReadResponse(code); err != nil {
				return err
			}
		}
		return nil
	}
	err = hear(220)
	if err == nil {
		err = c.PrintfLine("EHLO localhost")
	}
	if err == nil {
		err = hear(250)
	}
	if err != nil {
		end()
		return nil, nil, err
	}
	do = func(_ context.Context, i int) error {
		parts := message(i)
		size := 0
		for _, part := range parts {
			size += len(part)
		}
		if err := c.PrintfLine("MAIL FROM:<resident%d@mail.example> SIZE=%d\r\nRCPT TO:<%s>\r\nDATA", i, size, mailbox); err != nil {
			return err
		}
		if err := hear(250, 250, 354); err != nil {
			return err
		}
		for _, part := range parts {
			if _, err := c.W.Write(part); err != nil {
				return err
			}
		}
		if err := c.PrintfLine("."); err != nil {
			return err
		}
		return hear(250)
	}
	return do, end, nil
}

// letterMaker makes messages that differ in their Message-ID, and so in all that identifies them.
type letterMaker struct {
	serial atomic.Int64
	model  func() model  // of the usual letter
	file   func() []byte // the encoded file of the large ones
}

// model is a message with places for its serial number: in its Message-ID, and in the address it comes from, since the same person does not write the
// same words again and again.
type model [][]byte

// with is the message with a serial number in its places.
func (m model) with(id []byte) [][]byte {
	all := [][]byte{m[0]}
	for _, part := range m[1:] {
		all = append(all, id, part)
	}
	return all
}

func newLetterMaker() *letterMaker {
	m := &letterMaker{}
	m.model = sync.OnceValue(m.usualModel)
	m.file = sync.OnceValue(func() []byte {
		var f bytes.Buffer
		encode(&f, noise(largeBytes/78*57))
		return f.Bytes()
	})
	return m
}

// id is the next Message-ID, always as long as the others.
func (m *letterMaker) id() []byte { return fmt.Appendf(nil, "%012d", m.serial.Add(1)) }

func (m *letterMaker) usual(int) [][]byte {
	return m.model().with(m.id())
}

// usualModel is a letter as residents send: a head with the marks of two servers, text and HTML.
func (m *letterMaker) usualModel() model {
	text := locale.ZH.T("bench.complaint", locale.Args{"N": 9})
	page := "<html><head><meta charset=\"utf-8\"><style>p{margin:0;font-family:sans-serif}</style></head><body><div><p>" + text + "</p></div></body></html>"
	var b bytes.Buffer
	m.head(&b)
	fmt.Fprintf(&b, "Content-Type: multipart/alternative; boundary=\"=_bench\"\r\n\r\n--=_bench\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	encode(&b, []byte(text))
	fmt.Fprintf(&b, "--=_bench\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	encode(&b, []byte(page))
	fmt.Fprintf(&b, "--=_bench--\r\n")
	for b.Len() < mailBytes-80 {
		fmt.Fprintf(&b, "%078d\r\n", b.Len())
	}
	return bytes.Split(b.Bytes(), []byte(serialMark))
}

// serialMark stands where a serial number is put.
const serialMark = "@serial@"

// large is a letter with a file that fills what the door takes.
func (m *letterMaker) large(int) [][]byte {
	var b bytes.Buffer
	m.head(&b)
	fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=\"=_bench\"\r\n\r\n--=_bench\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	encode(&b, []byte(locale.ZH.T("bench.complaint", locale.Args{"N": 9})))
	fmt.Fprintf(&b, "--=_bench\r\nContent-Type: video/mp4\r\nContent-Disposition: attachment; filename=\"film.mp4\"\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	return append(model(bytes.Split(b.Bytes(), []byte(serialMark))).with(m.id()), m.file(), []byte("--=_bench--\r\n"))
}

func (m *letterMaker) head(b *bytes.Buffer) {
	for i := range 2 {
		fmt.Fprintf(b, "Received: from mx%d.mail.example (mx%d.mail.example [203.0.113.%d]) by relay.mail.example with ESMTPS id %016x\r\n\tfor <12345@bench.example>; Mon, 02 Nov 2026 09:00:00 +0800\r\n", i, i, i+1, i)
	}
	fmt.Fprintf(b, "From: =?utf-8?B?%s?= <resident%s@mail.example>\r\nTo: 12345@bench.example\r\nSubject: =?utf-8?B?%s?=\r\nMessage-ID: <%s@mail.example>\r\nDate: Mon, 02 Nov 2026 09:00:00 +0800\r\nMIME-Version: 1.0\r\nX-Mailer: bench\r\n",
		base64.StdEncoding.EncodeToString([]byte(locale.ZH.T("bench.resident"))), serialMark, base64.StdEncoding.EncodeToString([]byte(locale.ZH.T("bench.subject"))), serialMark)
}

// encode writes bytes in base64, in lines of 76.
func encode(b *bytes.Buffer, data []byte) {
	text := base64.StdEncoding.EncodeToString(data)
	for len(text) > 76 {
		b.WriteString(text[:76])
		b.WriteString("\r\n")
		text = text[76:]
	}
	b.WriteString(text)
	b.WriteString("\r\n")
}

// noise is bytes that nothing compresses, the same in every run.
func noise(n int) []byte {
	r := rand.NewChaCha8([32]byte{1})
	out := make([]byte, n)
	_, _ = r.Read(out) // it never fails
	return out
}

// freeAddress is a loopback address that nobody listens at.
func freeAddress() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "127.0.0.1:2526"
	}
	defer l.Close()
	return l.Addr().String()
}

// discard is an output that is not shown; serve announces its addresses there.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
