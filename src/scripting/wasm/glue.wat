;; The part of the glue between Lua and the server that must not be JavaScript.
;;
;; - Errors. Lua 5.1 leaves a C function with longjmp. Its build asks its host for two functions
;;   for that, "invoke_vii" and "throw"; with JavaScript frames in between, a script could not be
;;   suspended (WebAssembly.Suspending), so both are here, with an exception of their own.
;; - Calls from Lua into the server ("dispatch") and the interrupt ("hook"): an error is raised and a
;;   script suspended only after the JavaScript frame has ended.
;; - C functions that call Lua functions: pcall as Redis has it.
;; - Integers: Lua sees 64-bit integers on the machines that Redis runs on, and 32-bit ones here.
;;   string.sub, byte, find, match, rep and gsub get their numbers into range before they see them;
;;   string.format and tonumber are done by the server where that is not enough.
;;
;; Memory and function table are shared with Lua's module. Functions of Lua's that are called from
;; here stand in the table from 256 on, functions of this module from 288 on (see module.ts).
;; The bytes below 1024 are no part of the C program: 64 and 68 are counters, 128 on hold texts.
(module
  (type $v (func))
  (type $i (func (result i32)))
  (type $vi (func (param i32)))
  (type $ii (func (param i32) (result i32)))
  (type $vii (func (param i32 i32)))
  (type $iii (func (param i32 i32) (result i32)))
  (type $dii (func (param i32 i32) (result f64)))
  (type $vid (func (param i32 f64)))
  (type $viii (func (param i32 i32 i32)))
  (type $iiiii (func (param i32 i32 i32 i32) (result i32)))

  (import "js" "memory" (memory 1 32768))
  (import "js" "table" (table $T 320 funcref))
  (import "js" "dispatch" (func $js_dispatch (param i32) (result i32)))
  (import "js" "interrupt" (func $js_interrupt (param i32) (result i32)))
  (import "js" "suspend" (func $js_suspend (param i32) (result i32)))
  (import "js" "finish" (func $js_finish (param i32)))

  (tag $longjmp)

  (data (i32.const 128) "err\00")
  (data (i32.const 136) "Attempt to modify a readonly table\00")
  (data (i32.const 176) "userdata: (nil)\00")

  (func $lua_error (param $L i32)
    (drop (call_indirect $T (type $ii) (local.get $L) (i32.const 259))))
  (func $lua_gettop (param $L i32) (result i32)
    (call_indirect $T (type $ii) (local.get $L) (i32.const 261)))
  (func $lua_type (param $L i32) (param $at i32) (result i32)
    (call_indirect $T (type $iii) (local.get $L) (local.get $at) (i32.const 262)))
  (func $lua_tonumber (param $L i32) (param $at i32) (result f64)
    (call_indirect $T (type $dii) (local.get $L) (local.get $at) (i32.const 263)))

  (func (export "throw") (throw $longjmp))

  (func (export "invoke_vii") (param $f i32) (param $a i32) (param $b i32)
    (local $sp i32)
    (local.set $sp (call_indirect $T (type $i) (i32.const 256)))
    (try
      (do (call_indirect $T (type $vii) (local.get $a) (local.get $b) (local.get $f)))
      (catch $longjmp
        (call_indirect $T (type $vi) (local.get $sp) (i32.const 257))
        (call_indirect $T (type $vii) (i32.const 1) (i32.const 0) (i32.const 258)))))

  ;; lua_pcall that says at once how it ended: what "promising" returns is known a turn later.
  (func (export "run") (param $L i32) (param $args i32) (param $results i32) (param $handler i32)
    (call $js_finish
      (call_indirect $T (type $iiiii)
        (local.get $L) (local.get $args) (local.get $results) (local.get $handler)
        (i32.const 260))))

  ;; The C function of every function of the server: below zero, the error is on the stack.
  (func (export "dispatch") (param $L i32) (result i32)
    (local $n i32)
    (local.set $n (call $js_dispatch (local.get $L)))
    (if (i32.lt_s (local.get $n) (i32.const 0)) (then (call $lua_error (local.get $L))))
    (local.get $n))

  ;; 0: go on; 1: raise the error on the stack; 2: give the event loop a turn, then ask again.
  (func $interrupt (param $L i32)
    (local $say i32)
    (loop $again
      (local.set $say (call $js_interrupt (local.get $L)))
      (if (i32.eq (local.get $say) (i32.const 2))
        (then
          (drop (call $js_suspend (local.get $L)))
          (br $again))))
    (if (i32.eq (local.get $say) (i32.const 1)) (then (call $lua_error (local.get $L)))))

  (func (export "hook") (param $L i32) (param $ar i32)
    (call $interrupt (local.get $L)))

  ;; Called by string matching when its counter is at zero.
  (func (export "pattern_step") (param $L i32) (result i32)
    (call $interrupt (local.get $L))
    (i32.const 0))

  ;; Called on a write to a table that is marked read only; the position is that of a Lua function.
  (func $readonly (export "readonly") (param $L i32) (result i32)
    (call_indirect $T (type $vii) (local.get $L) (i32.const 0) (i32.const 264)) ;; luaL_where
    (call_indirect $T (type $vii) (local.get $L) (i32.const 136) (i32.const 265)) ;; lua_pushstring
    (call_indirect $T (type $vii) (local.get $L) (i32.const 2) (i32.const 266)) ;; lua_concat
    (call $lua_error (local.get $L))
    (i32.const 0))

  ;; Called first thing by lua_setmetatable.
  (func (export "set_metatable") (param $L i32) (param $at i32) (param $unused i32)
    (if (i32.ne (call $lua_type (local.get $L) (local.get $at)) (i32.const 5)) (then (return)))
    (if (i32.and
          (i32.load8_u offset=5
            (call_indirect $T (type $iii) (local.get $L) (local.get $at) (i32.const 267)))
          (i32.const 128))
      (then (drop (call $readonly (local.get $L))))))

  ;; pcall: an error table gives its text, so that scripts written for strings go on to work.
  (func (export "pcall") (param $L i32) (result i32)
    (local $n i32)
    (call_indirect $T (type $vii) (local.get $L) (i32.const 1) (i32.const 268)) ;; luaL_checkany
    (local.set $n (call $lua_gettop (local.get $L)))
    (call_indirect $T (type $vii) (local.get $L) (i32.const 1) (i32.const 269)) ;; lua_pushboolean
    (call_indirect $T (type $vii) (local.get $L) (i32.const 1) (i32.const 270)) ;; lua_insert
    (if (call_indirect $T (type $iiiii)
          (local.get $L) (i32.sub (local.get $n) (i32.const 1)) (i32.const -1) (i32.const 0)
          (i32.const 260))
      (then
        (call_indirect $T (type $vii) (local.get $L) (i32.const 1) (i32.const 271)) ;; lua_remove
        (if (i32.eq (call $lua_type (local.get $L) (i32.const -1)) (i32.const 5))
          (then
            (call_indirect $T (type $viii)
              (local.get $L) (i32.const -1) (i32.const 128) (i32.const 272)) ;; lua_getfield
            (if (call_indirect $T (type $iii) (local.get $L) (i32.const -1) (i32.const 273))
              (then ;; lua_isstring
                (call_indirect $T (type $vii) ;; lua_replace
                  (local.get $L) (i32.const -2) (i32.const 274))))))
        (call_indirect $T (type $vii) (local.get $L) (i32.const 0) (i32.const 269))
        (call_indirect $T (type $vii) (local.get $L) (i32.const 1) (i32.const 270))))
    (call $lua_gettop (local.get $L)))

  ;; The table index of the C function behind a closure of this module: its second upvalue. (The
  ;; first is the number of a function of the server, in these closures as in all others.)
  (func $original (param $L i32) (result i32)
    (i32.trunc_sat_f64_s (call $lua_tonumber (local.get $L) (i32.const -10004))))

  ;; tostring: the address 0 (cjson.null) reads "(nil)" on the machines that Redis runs on.
  (func (export "tostring") (param $L i32) (result i32)
    (if (i32.eq (call $lua_type (local.get $L) (i32.const 1)) (i32.const 2))
      (then
        (if (i32.eqz (call_indirect $T (type $iii) (local.get $L) (i32.const 1) (i32.const 267)))
          (then
            (call_indirect $T (type $vii) (local.get $L) (i32.const 176) (i32.const 265))
            (return (i32.const 1))))))
    (call_indirect $T (type $ii) (local.get $L) (call $original (local.get $L))))

  ;; Is the argument a number that 32 bits do not hold (or not a number)?
  (func $beyond (param $L i32) (param $at i32) (result i32)
    (if (i32.ne (call $lua_type (local.get $L) (local.get $at)) (i32.const 3))
      (then (return (i32.const 0))))
    (i32.eqz (f64.lt
      (f64.abs (call $lua_tonumber (local.get $L) (local.get $at)))
      (f64.const 2147483648))))

  (func $put_number (param $L i32) (param $at i32) (param $value f64)
    (call_indirect $T (type $vid) (local.get $L) (local.get $value) (i32.const 275))
    (call_indirect $T (type $vii) (local.get $L) (local.get $at) (i32.const 274)))

  ;; Positions in strings: what is beyond 32 bits is beyond every string.
  (func (export "clamped") (param $L i32) (result i32)
    (local $at i32)
    (local.set $at (call $lua_gettop (local.get $L)))
    (loop $next
      (if (i32.gt_s (local.get $at) (i32.const 1))
        (then
          (if (call $beyond (local.get $L) (local.get $at))
            (then (call $put_number (local.get $L) (local.get $at)
              (f64.convert_i32_s (i32.trunc_sat_f64_s (select
                (call $lua_tonumber (local.get $L) (local.get $at))
                (f64.const -inf)
                ;; What 64 bits do not hold becomes the least number that they do.
                (f64.lt
                  (f64.abs (call $lua_tonumber (local.get $L) (local.get $at)))
                  (f64.const 0x1p63))))))))
          (local.set $at (i32.sub (local.get $at) (i32.const 1)))
          (br $next))))
    (call_indirect $T (type $ii) (local.get $L) (call $original (local.get $L))))

  ;; Counts that C cuts to 32 bits.
  (func (export "wrapped") (param $L i32) (result i32)
    (local $at i32)
    (local.set $at (call $lua_gettop (local.get $L)))
    (loop $next
      (if (i32.gt_s (local.get $at) (i32.const 1))
        (then
          (if (call $beyond (local.get $L) (local.get $at))
            (then (call $put_number (local.get $L) (local.get $at)
              (f64.convert_i32_s (i32.wrap_i64
                (i64.trunc_sat_f64_s (call $lua_tonumber (local.get $L) (local.get $at))))))))
          (local.set $at (i32.sub (local.get $at) (i32.const 1)))
          (br $next))))
    (call_indirect $T (type $ii) (local.get $L) (call $original (local.get $L))))

  ;; string.format: the server writes integers that 32 bits do not hold, signed and unsigned.
  (func (export "format") (param $L i32) (result i32)
    (local $at i32)
    (local.set $at (call $lua_gettop (local.get $L)))
    (loop $next
      (if (i32.gt_s (local.get $at) (i32.const 1))
        (then
          (if (i32.eq (call $lua_type (local.get $L) (local.get $at)) (i32.const 3))
            (then
              (if (i32.or
                    (call $beyond (local.get $L) (local.get $at))
                    (f64.lt (call $lua_tonumber (local.get $L) (local.get $at)) (f64.const 0)))
                (then (return (call $to_server (local.get $L)))))))
          (local.set $at (i32.sub (local.get $at) (i32.const 1)))
          (br $next))))
    (call_indirect $T (type $ii) (local.get $L) (call $original (local.get $L))))

  ;; tonumber with a base.
  (func (export "tonumber") (param $L i32) (result i32)
    (if (i32.gt_s (call $lua_type (local.get $L) (i32.const 2)) (i32.const 0))
      (then
        (if (f64.ne (call $lua_tonumber (local.get $L) (i32.const 2)) (f64.const 10))
          (then (return (call $to_server (local.get $L)))))))
    (call_indirect $T (type $ii) (local.get $L) (call $original (local.get $L))))

  ;; The server does it, or prepares the arguments for the original (-2).
  (func $to_server (param $L i32) (result i32)
    (local $n i32)
    (local.set $n (call $js_dispatch (local.get $L)))
    (if (i32.eq (local.get $n) (i32.const -2))
      (then (return (call_indirect $T (type $ii) (local.get $L) (call $original (local.get $L))))))
    (if (i32.lt_s (local.get $n) (i32.const 0)) (then (call $lua_error (local.get $L))))
    (local.get $n))
)
