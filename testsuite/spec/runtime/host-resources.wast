;; Components for tests of the host's side of resources.

;; exports a resource; the host has handles of it
(component definition $Exports
  (core module $Dtor
    (global $destroyed (export "destroyed") (mut i32) (i32.const 0))
    (func (export "dtor") (param i32)
      (if (i32.eq (local.get 0) (i32.const 13)) (then unreachable))
      (global.set $destroyed (i32.add (global.get $destroyed) (local.get 0)))))
  (core instance $dtor (instantiate $Dtor))
  (type $R' (resource (rep i32) (dtor (core func $dtor "dtor"))))
  (export $R "r" (type $R'))
  (canon resource.new $R' (core func $new))
  (canon resource.drop $R' (core func $drop))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "destroyed" (global $destroyed (mut i32)))
    (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
    (func (export "take") (param i32) (call $drop (local.get 0)))
    (func (export "rep") (param i32) (result i32) (local.get 0))
    (func (export "destroyed") (result i32) (global.get $destroyed)))
  (core instance $m (instantiate $M (with "" (instance
    (export "new" (func $new))
    (export "drop" (func $drop))
    (export "destroyed" (global $dtor "destroyed"))))))
  (func (export "make") (param "rep" u32) (result (own $R)) (canon lift (core func $m "make")))
  (func (export "take") (param "r" (own $R)) (canon lift (core func $m "take")))
  (func (export "rep") (param "r" (borrow $R)) (result u32) (canon lift (core func $m "rep")))
  (func (export "destroyed") (result u32) (canon lift (core func $m "destroyed"))))

;; imports a resource that the host defines
(component definition $Imports
  (import "test:pkg/files@1.0.0" (instance $files
    (export "file" (type $file (sub resource)))
    (export "open" (func (param "n" u32) (result (own $file))))
    (export "size" (func (param "f" (borrow $file)) (result u32)))))
  (alias export $files "file" (type $file))
  (canon lower (func $files "open") (core func $open))
  (canon lower (func $files "size") (core func $size))
  (canon resource.drop $file (core func $drop))
  (core module $M
    (import "" "open" (func $open (param i32) (result i32)))
    (import "" "size" (func $size (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "open") (param i32) (result i32) (call $open (local.get 0)))
    (func (export "size") (param i32) (result i32) (call $size (local.get 0)))
    (func (export "drop") (param i32) (call $drop (local.get 0))))
  (core instance $m (instantiate $M (with "" (instance
    (export "open" (func $open))
    (export "size" (func $size))
    (export "drop" (func $drop))))))
  (func (export "open") (param "n" u32) (result u32) (canon lift (core func $m "open")))
  (func (export "size") (param "index" u32) (result u32) (canon lift (core func $m "size")))
  (func (export "drop") (param "index" u32) (canon lift (core func $m "drop"))))

;; exports an interface with a resource
(component definition $Provides
  (component $Counters
    (core module $Dtor
      (global $destroyed (export "destroyed") (mut i32) (i32.const 0))
      (func (export "dtor") (param i32)
        (global.set $destroyed (i32.add (global.get $destroyed) (local.get 0)))))
    (core instance $dtor (instantiate $Dtor))
    (type $R' (resource (rep i32) (dtor (core func $dtor "dtor"))))
    (export $R "counter" (type $R'))
    (canon resource.new $R' (core func $new))
    (canon resource.rep $R' (core func $rep))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "rep" (func $rep (param i32) (result i32)))
      (import "" "destroyed" (global $destroyed (mut i32)))
      (memory (export "mem") 1)
      (global $free (mut i32) (i32.const 16))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (global.get $free)
        (global.set $free (i32.add (global.get $free) (local.get 3))))
      (func (export "make") (param i32) (result i32)
        ;; a list of one
        (i32.store (i32.const 8) (call $new (local.get 0)))
        (i32.store (i32.const 0) (i32.const 8))
        (i32.store (i32.const 4) (i32.const 1))
        (i32.const 0))
      (func (export "sum") (param i32 i32) (result i32) (local $sum i32)
        (loop $l
          (if (i32.eqz (local.get 1)) (then (return (local.get $sum))))
          (local.set $sum (i32.add (local.get $sum) (i32.load (local.get 0))))
          (local.set 0 (i32.add (local.get 0) (i32.const 4)))
          (local.set 1 (i32.sub (local.get 1) (i32.const 1)))
          (br $l))
        unreachable)
      (func (export "destroyed") (result i32) (global.get $destroyed))
      (func (export "fail") unreachable))
    (core instance $m (instantiate $M (with "" (instance
      (export "new" (func $new))
      (export "rep" (func $rep))
      (export "destroyed" (global $dtor "destroyed"))))))
    (func (export "make") (param "n" u32) (result (list (own $R)))
      (canon lift (core func $m "make") (memory (core memory $m "mem"))))
    (func (export "sum") (param "c" (list (borrow $R))) (result u32)
      (canon lift (core func $m "sum") (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
    (func (export "destroyed") (result u32) (canon lift (core func $m "destroyed")))
    (func (export "fail") (canon lift (core func $m "fail"))))
  (instance $counters (instantiate $Counters))
  (export "test:pkg/counters@1.2.0" (instance $counters)))

;; imports it
(component definition $Uses
  (import "test:pkg/counters@1.0.0" (instance $counters
    (export "counter" (type $R (sub resource)))
    (export "make" (func (param "n" u32) (result (list (own $R)))))
    (export "sum" (func (param "c" (list (borrow $R))) (result u32)))
    (export "fail" (func))))
  (alias export $counters "counter" (type $R))
  (core module $Memory
    (memory (export "mem") 1)
    (global $free (mut i32) (i32.const 64))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $free)
      (global.set $free (i32.add (global.get $free) (local.get 3)))))
  (core instance $memory (instantiate $Memory))
  (canon lower (func $counters "make") (memory (core memory $memory "mem")) (realloc (core func $memory "realloc")) (core func $make))
  (canon lower (func $counters "sum") (memory (core memory $memory "mem")) (core func $sum))
  (canon lower (func $counters "fail") (core func $fail))
  (canon resource.drop $R (core func $drop))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "make" (func $make (param i32 i32)))
    (import "" "sum" (func $sum (param i32 i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "fail" (func $fail))
    (func $new (param i32) (result i32)
      (call $make (local.get 0) (i32.const 0))
      (if (i32.ne (i32.load (i32.const 4)) (i32.const 1)) (then unreachable))
      (i32.load (i32.load (i32.const 0))))
    ;; makes three, sums them up, drops one
    (func (export "run") (result i32)
      (i32.store (i32.const 32) (call $new (i32.const 1)))
      (i32.store (i32.const 36) (call $new (i32.const 20)))
      (i32.store (i32.const 40) (call $new (i32.const 300)))
      (call $sum (i32.const 32) (i32.const 3))
      (call $drop (i32.load (i32.const 36))))
    (func (export "fail") (call $fail)))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $memory "mem"))
    (export "make" (func $make))
    (export "sum" (func $sum))
    (export "drop" (func $drop))
    (export "fail" (func $fail))))))
  (func (export "run") (result u32) (canon lift (core func $m "run")))
  (func (export "fail") (canon lift (core func $m "fail"))))
