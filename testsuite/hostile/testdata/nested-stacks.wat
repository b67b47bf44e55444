;; Fills a native stack, and then calls itself through an adapter, which
;; fills another one.
(component
  (core module $tab (table (export "t") 1 funcref))
  (core instance $tab (instantiate $tab))
  (core module $a (import "" "t" (table 1 funcref)) (type $f (func))
    (func $deep (param i32) (result i32)
      (if (result i32) (local.get 0)
        (then (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1)))))
        (else (call_indirect (type $f) (i32.const 0)) (i32.const 0))))
    (func (export "run") (drop (call $deep (i32.const 700000)))))
  (core instance $a (instantiate $a (with "" (instance (export "t" (table $tab "t"))))))
  (func $run (canon lift (core func $a "run")))
  (core func $again (canon lower (func $run)))
  (core module $fix (import "" "t" (table 1 funcref)) (import "" "f" (func $f)) (elem (i32.const 0) $f))
  (core instance (instantiate $fix (with "" (instance (export "t" (table $tab "t")) (export "f" (func $again))))))
  (export "run" (func $run)))
