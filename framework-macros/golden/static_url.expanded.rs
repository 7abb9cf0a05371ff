const STYLE: &str = {
    const _: &[::core::primitive::u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/golden/files/a b.css")
    );
    "/assets/a%20b.css?v=0686dee82617e73c471d87cb3d33ad58"
};
