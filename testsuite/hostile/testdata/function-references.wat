;; Makes five million references to a function.
(component
  (core module $m
    (func $f (export "f"))
    (func (export "run") (local $n i32)
      (loop $l
        (drop (ref.func $f))
        (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 5000000))))))
  (core instance $m (instantiate $m))
  (func (export "run") (canon lift (core func $m "run"))))
