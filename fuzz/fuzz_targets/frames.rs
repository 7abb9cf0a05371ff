#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| squall::__private::fuzz::frames(data));
