;; Makes ten handles in each of two component instances.
(component
  (component $c
    (type $r (resource (rep i32)))
    (core func $new (canon resource.new $r))
    (core module $m (import "" "new" (func $new (param i32) (result i32)))
      (func (export "run") (local $n i32)
        (loop $l
          (drop (call $new (local.get $n)))
          (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 10))))))
    (core instance $m (instantiate $m (with "" (instance (export "new" (func $new))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $a (instantiate $c))
  (instance $b (instantiate $c))
  (core func $a (canon lower (func $a "run")))
  (core func $b (canon lower (func $b "run")))
  (core module $main (import "" "a" (func $a)) (import "" "b" (func $b))
    (func (export "run") (call $a) (call $b)))
  (core instance $main (instantiate $main (with "" (instance (export "a" (func $a)) (export "b" (func $b))))))
  (func (export "run") (canon lift (core func $main "run"))))
