;; A component that uses as much as it is told to of what limits bound.
(component
  (import "test:limits/host" (instance $host
    (export "ask" (func (param "data" (list u8)) (result u32)))))
  (alias export $host "ask" (func $ask))
  (type $thing' (resource (rep i32)))

  (core module $Memory
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param $old i32) (param $oldsize i32) (param $align i32) (param $size i32) (result i32)
      (local $at i32)
      (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
      (global.set $next (i32.add (local.get $at) (local.get $size)))
      (block $room
        (br_if $room (i32.le_u (global.get $next) (i32.shl (memory.size) (i32.const 16))))
        (br_if $room (i32.ne (i32.const -1) (memory.grow (i32.add (i32.shr_u (local.get $size) (i32.const 16)) (i32.const 1)))))
        unreachable)
      (local.get $at)))
  (core instance $memory (instantiate $Memory))
  (alias core export $memory "memory" (core memory $mem))
  (alias core export $memory "realloc" (core func $realloc))

  ;; A module of its own, with a counter of its own.
  (core module $Leaf
    (func (export "leaf") (param i32) (result i32) (i32.sub (local.get 0) (i32.const 1))))
  (core instance $leaf (instantiate $Leaf))

  (core func $ask' (canon lower (func $ask) (memory $mem) (realloc $realloc)))
  (core func $new (canon resource.new $thing'))
  (core module $Main
    (import "m" "memory" (memory 1))
    (import "leaf" "leaf" (func $leaf (param i32) (result i32)))
    (import "host" "ask" (func $ask (param i32 i32) (result i32)))
    (import "host" "new" (func $new (param i32) (result i32)))
    (func (export "spin") (param $n i32)
      (block $done (loop $again
        (br_if $done (i32.eqz (local.get $n)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $again))))
    (func (export "ping") (param $n i32)
      (loop $again (br_if $again (local.tee $n (call $leaf (local.get $n))))))
    (func (export "grow") (param $pages i32) (result i32) (memory.grow (local.get $pages)))
    (func (export "fill") (param $size i32) (memory.fill (i32.const 0) (i32.const 1) (local.get $size)))
    (func (export "give") (param $size i32) (result i32)
      (i32.store (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (local.get $size))
      (i32.const 16))
    (func (export "take") (param i32 i32))
    (func (export "ask") (param $n i32) (param $size i32)
      (loop $again
        (drop (call $ask (i32.const 0) (local.get $size)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
    (func (export "hold") (param $n i32)
      (loop $again
        (drop (call $new (local.get $n)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
    (func $recurse (export "recurse") (param $n i32) (result i32)
      (if (result i32) (i32.eqz (local.get $n)) (then (i32.const 0))
        (else (i32.add (i32.const 1) (call $recurse (i32.sub (local.get $n) (i32.const 1)))))))
    (func $tree (export "tree") (param $n i32)
      (if (local.get $n) (then
        (call $tree (i32.sub (local.get $n) (i32.const 1)))
        (call $tree (i32.sub (local.get $n) (i32.const 1))))))
    (func (export "fills") (param $size i32)
      (loop $again (memory.fill (i32.const 0) (i32.const 1) (local.get $size)) (br $again)))
    (func (export "trap") unreachable))
  (core instance $main (instantiate $Main
    (with "m" (instance $memory))
    (with "leaf" (instance $leaf))
    (with "host" (instance (export "ask" (func $ask')) (export "new" (func $new))))))

  (func (export "spin") (param "n" u32) (canon lift (core func $main "spin")))
  (func (export "ping") (param "n" u32) (canon lift (core func $main "ping")))
  (func (export "grow") (param "pages" u32) (result s32) (canon lift (core func $main "grow")))
  (func (export "fill") (param "size" u32) (canon lift (core func $main "fill")))
  (func (export "give") (param "size" u32) (result (list u8)) (canon lift (core func $main "give") (memory $mem)))
  (func (export "take") (param "data" (list u8)) (canon lift (core func $main "take") (memory $mem) (realloc $realloc)))
  (func (export "ask") (param "n" u32) (param "size" u32) (canon lift (core func $main "ask")))
  (func (export "hold") (param "n" u32) (canon lift (core func $main "hold")))
  (func (export "recurse") (param "n" u32) (result u32) (canon lift (core func $main "recurse")))
  (func (export "tree") (param "n" u32) (canon lift (core func $main "tree")))
  (func (export "fills") (param "size" u32) (canon lift (core func $main "fills")))
  (func (export "trap") (canon lift (core func $main "trap"))))
