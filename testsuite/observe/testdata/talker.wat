;; Prints what it is told to, and comes to the ends that it is told to.
(component
  (import "wasi:io/error@0.2.0" (instance $error (export "error" (type (sub resource)))))
  (alias export $error "error" (type $error-type))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $error-type (type $e'))
    (export "error" (type $e (eq $e')))
    (export "output-stream" (type $out (sub resource)))
    (type $failure' (variant (case "last-operation-failed" (own $e)) (case "closed")))
    (export "stream-error" (type $failure (eq $failure')))
    (export "[method]output-stream.blocking-write-and-flush" (func (param "self" (borrow $out)) (param "contents" (list u8)) (result (result (error $failure)))))))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $output (type $o')) (export "output-stream" (type $o (eq $o')))
    (export "get-stdout" (func (result (own $o))))))
  (import "wasi:cli/stderr@0.2.0" (instance $stderr
    (alias outer 1 $output (type $o')) (export "output-stream" (type $o (eq $o')))
    (export "get-stderr" (func (result (own $o))))))
  (import "test:observe/host" (instance $host (export "ask" (func))))

  (core module $memory
    (memory (export "memory") 16)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
  (core instance $mem (instantiate $memory))
  (alias core export $mem "memory" (core memory $memory))
  (alias core export $mem "realloc" (core func $realloc))
  (core func $write (canon lower (func $streams "[method]output-stream.blocking-write-and-flush") (memory $memory)))
  (core func $stdout (canon lower (func $stdout "get-stdout")))
  (core func $stderr (canon lower (func $stderr "get-stderr")))
  (core func $ask (canon lower (func $host "ask")))
  (core module $main
    (import "" "memory" (memory 16))
    (import "" "write" (func $write (param i32 i32 i32 i32)))
    (import "" "stdout" (func $stdout (result i32)))
    (import "" "stderr" (func $stderr (result i32)))
    (import "" "ask" (func $ask))
    ;; Writes in pieces of 999 bytes.
    (func $all (param $stream i32) (param $at i32) (param $len i32) (local $piece i32)
      (loop $again
        (local.set $piece (select (local.get $len) (i32.const 999) (i32.lt_u (local.get $len) (i32.const 999))))
        (call $write (local.get $stream) (local.get $at) (local.get $piece) (i32.const 8))
        (local.set $at (i32.add (local.get $at) (local.get $piece)))
        (br_if $again (local.tee $len (i32.sub (local.get $len) (local.get $piece))))))
    (func (export "print") (param i32 i32) (call $all (call $stdout) (local.get 0) (local.get 1)))
    (func (export "complain") (param i32 i32) (call $all (call $stderr) (local.get 0) (local.get 1)))
    (func (export "ask") (call $ask))
    (func (export "spin") (loop $l (br $l)))
    (func (export "refuse") (result i32) (i32.const 1))
    (func (export "trap") unreachable))
  (core instance $main (instantiate $main (with "" (instance
    (export "memory" (memory $memory)) (export "write" (func $write)) (export "stdout" (func $stdout))
    (export "stderr" (func $stderr)) (export "ask" (func $ask))))))
  (func (export "print") (param "text" string) (canon lift (core func $main "print") (memory $memory) (realloc $realloc)))
  (func (export "complain") (param "text" string) (canon lift (core func $main "complain") (memory $memory) (realloc $realloc)))
  (func (export "ask") (canon lift (core func $main "ask")))
  (func (export "spin") (canon lift (core func $main "spin")))
  (func (export "refuse") (result (result)) (canon lift (core func $main "refuse")))
  (func (export "trap") (canon lift (core func $main "trap"))))
