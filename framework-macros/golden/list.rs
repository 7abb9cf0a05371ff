const ALL: Routes = routes![
    stories::Story,
    ..feeds::ROUTES,
    "/about/{section}" => Page::init("about.html"),
];
