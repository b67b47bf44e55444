//go:build guests

package http

import (
	"context"
	"io"
	"net/http/httptest"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// BenchmarkHello is one small request after the other, a fresh instance each.
func BenchmarkHello(b *testing.B) {
	ctx := context.Background()
	for _, spec := range servers {
		b.Run(spec.Engine, func(b *testing.B) {
			rt, err := hostruntime.New(ctx, hostruntime.Config{})
			if err != nil {
				b.Fatal(err)
			}
			defer rt.Close(ctx)
			c, err := rt.LoadFile(ctx, guest.Build(b, spec))
			if err != nil {
				b.Fatal(err)
			}
			handler, err := hostruntime.NewHandler(c, hostruntime.HandlerOptions{})
			if err != nil {
				b.Fatal(err)
			}
			defer handler.Close()
			s := httptest.NewServer(handler)
			defer s.Close()
			b.ReportAllocs()
			for b.Loop() {
				resp, err := s.Client().Get(s.URL + "/hello?name=Ada")
				if err != nil {
					b.Fatal(err)
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	}
}
