;; A destructor makes another resource and drops it, and so on for ever.
(component
  (core module $drop
    (import "" "t" (table 1 funcref)) (type $f (func (param i32)))
    (func (export "dtor") (param i32)
      (call_indirect (type $f) (local.get 0) (i32.const 0))))
  (core module $tab (table (export "t") 1 funcref))
  (core instance $tab (instantiate $tab))
  (core instance $d (instantiate $drop (with "" (instance (export "t" (table $tab "t"))))))
  (type $r (resource (rep i32) (dtor (core func $d "dtor"))))
  (core func $new (canon resource.new $r))
  (core func $drop (canon resource.drop $r))
  (core module $main
    (import "" "t" (table 1 funcref))
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (elem (i32.const 0) $again)
    (func $again (param i32) (call $drop (call $new (i32.const 0))))
    (func (export "run") (call $again (i32.const 0))))
  (core instance $m (instantiate $main (with "" (instance
    (export "t" (table $tab "t")) (export "new" (func $new)) (export "drop" (func $drop))))))
  (func (export "run") (canon lift (core func $m "run"))))
