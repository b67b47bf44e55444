;; Each export returns something that isn't there, or is too much.
(component
  (type $color' (enum "red" "green"))
  (export $color "color" (type $color'))
  (type $one' (variant (case "small" u8) (case "large" (list u64))))
  (export $one "one" (type $one'))
  (core module $m
    (memory (export "memory") 16)
    ;; At 0x100: a list or string of 0xffffffff at 8.
    (data (i32.const 0x100) "\08\00\00\00\ff\ff\ff\ff")
    ;; At 0x110: of 0x10000 at 0xffff0000.
    (data (i32.const 0x110) "\00\00\ff\ff\00\00\01\00")
    ;; At 0x120: of 3 at 9, misaligned for most.
    (data (i32.const 0x120) "\09\00\00\00\03\00\00\00")
    ;; At 0x130: of 0x80000000, which is the tag alone, at 2^31.
    (data (i32.const 0x130) "\00\00\00\80\00\00\00\80")
    ;; At 0x140: of 2 at 0x148, where bytes are that are no UTF-8.
    (data (i32.const 0x140) "\48\01\00\00\02\00\00\00\c3\28")
    ;; At 0x150: of 1 at 0x158, where half a surrogate pair is.
    (data (i32.const 0x150) "\58\01\00\00\01\00\00\00\00\d8")
    ;; At 0x160: case 2 of 2.
    (data (i32.const 0x160) "\02")
    ;; At 0x170: 100,000 lists at 0x1000.
    (data (i32.const 0x170) "\00\10\00\00\a0\86\01\00")
    (func (export "end") (result i32) (i32.const -8))
    (func (export "odd") (result i32) (i32.const 0x101))
    (func (export "huge") (result i32) (i32.const 0x100))
    (func (export "wrapping") (result i32) (i32.const 0x110))
    (func (export "misaligned") (result i32) (i32.const 0x120))
    (func (export "tag") (result i32) (i32.const 0x130))
    (func (export "no-utf8") (result i32) (i32.const 0x140))
    (func (export "surrogate") (result i32) (i32.const 0x150))
    (func (export "no-case") (result i32) (i32.const 0x160))
    (func (export "two") (result i32) (i32.const 2))
    (func (export "no-char") (result i32) (i32.const 0x110000))
    ;; Each of 100,000 lists is the same megabyte: 100 GB.
    (func (export "many-times") (result i32) (local $at i32)
      (local.set $at (i32.const 0x1000))
      (loop $l
        (i64.store (local.get $at) (i64.const 0x000f_f000_0000_0000))
        (br_if $l (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (i32.const 0xc_4500))))
      (i32.const 0x170))
    ;; All of memory, which takes many times as much in the host.
    (func (export "all") (result i32)
      (i64.store (i32.const 0x180) (i64.const 0x0005_5000_0000_0000))
      (i32.const 0x180)))
  (core instance $m (instantiate $m))
  (func (export "pointer-out-of-range") (result string) (canon lift (core func $m "end") (memory (core memory $m "memory"))))
  (func (export "pointer-misaligned") (result string) (canon lift (core func $m "odd") (memory (core memory $m "memory"))))
  (func (export "string-too-long") (result string) (canon lift (core func $m "huge") (memory (core memory $m "memory"))))
  (func (export "list-too-long") (result (list u8)) (canon lift (core func $m "huge") (memory (core memory $m "memory"))))
  (func (export "list-size-overflows") (result (list u64)) (canon lift (core func $m "huge") (memory (core memory $m "memory"))))
  (func (export "string-wraps") (result string) (canon lift (core func $m "wrapping") (memory (core memory $m "memory"))))
  (func (export "list-wraps") (result (list u8)) (canon lift (core func $m "wrapping") (memory (core memory $m "memory"))))
  (func (export "list-misaligned") (result (list u32)) (canon lift (core func $m "misaligned") (memory (core memory $m "memory"))))
  (func (export "utf16-misaligned") (result string) (canon lift (core func $m "misaligned") (memory (core memory $m "memory")) string-encoding=utf16))
  (func (export "latin1-tag-out-of-range") (result string) (canon lift (core func $m "tag") (memory (core memory $m "memory")) string-encoding=latin1+utf16))
  (func (export "invalid-utf8") (result string) (canon lift (core func $m "no-utf8") (memory (core memory $m "memory"))))
  (func (export "lone-surrogate") (result string) (canon lift (core func $m "surrogate") (memory (core memory $m "memory")) string-encoding=utf16))
  (func (export "variant-in-memory") (result $one) (canon lift (core func $m "no-case") (memory (core memory $m "memory"))))
  (func (export "enum-out-of-range") (result $color) (canon lift (core func $m "two")))
  (func (export "char-out-of-range") (result char) (canon lift (core func $m "no-char")))
  (func (export "same-bytes-many-times") (result (list (list u8))) (canon lift (core func $m "many-times") (memory (core memory $m "memory"))))
  (func (export "values-larger-than-memory") (result (list (option (option bool)))) (canon lift (core func $m "all") (memory (core memory $m "memory")))))
