//! What a server is told when it starts.

use clap::Parser;
use squall::Options;

#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    server: Options,
    #[arg(long, default_value = "stories.json")]
    stories: String,
}

#[test]
fn options_stand_beside_those_of_the_program() {
    let cli = Cli::parse_from([
        "program",
        "--port",
        "0",
        "--stories",
        "mine.json",
        "--workers",
        "2",
        "--debug",
    ]);
    assert_eq!(cli.stories, "mine.json");
    assert_eq!(cli.server.port, 0);
    assert_eq!(cli.server.workers.map(std::num::NonZero::get), Some(2));
    assert!(cli.server.debug);
    assert_eq!(Cli::parse_from(["program"]).server, Options::default());
}

#[test]
fn wrong_options_are_refused() {
    for arguments in [
        ["--port", "70000"],
        ["--port", "x"],
        ["--workers", "0"],
        ["--prot", "1"],
    ] {
        let error = Cli::try_parse_from(["program"].into_iter().chain(arguments)).unwrap_err();
        assert!(error.to_string().contains(arguments[0]), "{error}");
    }
}

#[test]
fn times_and_sizes_carry_their_units() {
    let parse = |option: &str, value: &str| {
        Cli::try_parse_from(["program", option, value]).map(|cli| cli.server.limits)
    };
    for (text, milliseconds) in [
        ("0", 0),
        ("90", 90_000),
        ("90s", 90_000),
        ("2m", 120_000),
        ("1h", 3_600_000),
        ("500ms", 500),
    ] {
        let limits = parse("--idle-deadline", text).unwrap();
        assert_eq!(limits.idle_deadline.as_millis(), milliseconds, "{text}");
    }
    for (text, bytes) in [("100000", 100_000), ("64KiB", 65_536), ("1MiB", 1_048_576)] {
        assert_eq!(parse("--max-head", text).unwrap().max_head, bytes, "{text}");
    }
    for text in ["", "s", "1.5s", "1d", "-1s", "99999999999999999999s"] {
        assert!(parse("--idle-deadline", text).is_err(), "{text}");
    }
    for text in ["", "KiB", "1K", "1KB", "99999999999GiB"] {
        assert!(parse("--max-head", text).is_err(), "{text}");
    }
}

#[squall::test]
async fn a_bad_setting_is_refused_at_start() {
    let serve = async |change: fn(&mut Options)| {
        let mut options = Options::default();
        options.port = 0;
        change(&mut options);
        squall::Application::new(squall::routes![])
            .serve(options)
            .await
            .unwrap_err()
            .to_string()
    };
    let log = serve(|options| options.log = "squall=loud".to_owned()).await;
    assert!(
        log.contains("`--log squall=loud` is no filter") && log.contains("try `info`"),
        "{log}"
    );
    let log = serve(|options| options.log = "warning".to_owned()).await;
    assert!(log.contains("`warning` is no level"), "{log}");
    let address = serve(|options| options.addresses = vec!["/run/app.sock".to_owned()]).await;
    assert!(address.contains("`unix:/run/app.sock`"), "{address}");
    let address = serve(|options| options.addresses = vec!["203.0.113.1".to_owned()]).await;
    assert!(
        address.contains("cannot listen on 203.0.113.1"),
        "{address}"
    );
    let address = serve(|options| options.addresses = vec!["[::1".to_owned()]).await;
    assert!(
        address.contains("`--address [::1`: this is no name") && address.contains("try `127"),
        "{address}"
    );
    let address = serve(|options| options.addresses.clear()).await;
    assert!(address.contains("`--address` names one"), "{address}");
    let head = serve(|options| options.limits.max_head = 0).await;
    assert!(
        head.contains("`--max-head 0`") && head.contains("at least 1KiB"),
        "{head}"
    );
    let many = |options: &mut Options| options.workers = std::num::NonZeroUsize::new(100_000);
    let workers = serve(many).await;
    assert!(
        workers.contains("`--workers 100000`") && workers.contains("one a core"),
        "{workers}"
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut options = Options::default();
    options.port = port;
    let error = squall::Application::new(squall::routes![])
        .serve(options)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("--port 0"), "{error}");
}

#[test]
fn the_help_is_for_the_shell() {
    let help = Cli::try_parse_from(["program", "--help"])
        .unwrap_err()
        .to_string();
    assert!(
        help.contains("Where to listen") && help.contains("SQUALL_PORT"),
        "{help}"
    );
    assert!(
        !help.contains("```") && !help.contains("clap::Args"),
        "{help}"
    );
}
