;; A function calls itself through an adapter, for ever.
(component
  (core module $tab (table (export "t") 1 funcref))
  (core instance $tab (instantiate $tab))
  (core module $a (import "" "t" (table 1 funcref)) (type $f (func))
    (func (export "run") (call_indirect (type $f) (i32.const 0))))
  (core instance $a (instantiate $a (with "" (instance (export "t" (table $tab "t"))))))
  (func $run (canon lift (core func $a "run")))
  (core func $again (canon lower (func $run)))
  (core module $fix (import "" "t" (table 1 funcref)) (import "" "f" (func $f)) (elem (i32.const 0) $f))
  (core instance (instantiate $fix (with "" (instance (export "t" (table $tab "t")) (export "f" (func $again))))))
  (export "run" (func $run)))
