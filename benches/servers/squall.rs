//! squall, with the options of every squall program: `squall --port 8080 --workers 2 --log warn`.

use std::sync::LazyLock;

use bench_servers::{Message, text::Text};
use bytes::Bytes;
use squall::{Application, Json, Options, Routes, handler, routes};

#[handler]
#[route("/json")]
struct Object;

#[handler]
impl Object {
    async fn get(&self) -> Json<Message> {
        Json(Message::hello())
    }
}

/// For slow clients: content that is long in coming, and an answer that is long.
#[handler]
#[route("/slow/{length}")]
struct Slow {
    length: usize,
}

#[handler]
impl Slow {
    async fn get(&self) -> Bytes {
        static LONGEST: LazyLock<Bytes> = LazyLock::new(|| vec![b'.'; 8 << 20].into());
        LONGEST.slice(..self.length.min(LONGEST.len()))
    }

    async fn post(&self, content: String) -> String {
        content.len().to_string()
    }
}

#[squall::main]
async fn main() -> squall::Result<()> {
    Application::new(routes![Text, Object, Slow, ..RESOURCES])
        .serve(Options::parse())
        .await
}

/// A handler each, as a program with a hundred resources has them.
macro_rules! resources {
    ($($name:ident $route:literal)*) => {
        $(
            #[handler]
            #[route($route)]
            struct $name {
                id: u64,
            }

            #[handler]
            impl $name {
                async fn get(&self) -> String {
                    self.id.to_string()
                }
            }
        )*

        const RESOURCES: Routes = routes![$($name),*];
    };
}

resources! {
    Resource0 "/api/v1/resource0/{id}"
    Resource1 "/api/v1/resource1/{id}"
    Resource2 "/api/v1/resource2/{id}"
    Resource3 "/api/v1/resource3/{id}"
    Resource4 "/api/v1/resource4/{id}"
    Resource5 "/api/v1/resource5/{id}"
    Resource6 "/api/v1/resource6/{id}"
    Resource7 "/api/v1/resource7/{id}"
    Resource8 "/api/v1/resource8/{id}"
    Resource9 "/api/v1/resource9/{id}"
    Resource10 "/api/v1/resource10/{id}"
    Resource11 "/api/v1/resource11/{id}"
    Resource12 "/api/v1/resource12/{id}"
    Resource13 "/api/v1/resource13/{id}"
    Resource14 "/api/v1/resource14/{id}"
    Resource15 "/api/v1/resource15/{id}"
    Resource16 "/api/v1/resource16/{id}"
    Resource17 "/api/v1/resource17/{id}"
    Resource18 "/api/v1/resource18/{id}"
    Resource19 "/api/v1/resource19/{id}"
    Resource20 "/api/v1/resource20/{id}"
    Resource21 "/api/v1/resource21/{id}"
    Resource22 "/api/v1/resource22/{id}"
    Resource23 "/api/v1/resource23/{id}"
    Resource24 "/api/v1/resource24/{id}"
    Resource25 "/api/v1/resource25/{id}"
    Resource26 "/api/v1/resource26/{id}"
    Resource27 "/api/v1/resource27/{id}"
    Resource28 "/api/v1/resource28/{id}"
    Resource29 "/api/v1/resource29/{id}"
    Resource30 "/api/v1/resource30/{id}"
    Resource31 "/api/v1/resource31/{id}"
    Resource32 "/api/v1/resource32/{id}"
    Resource33 "/api/v1/resource33/{id}"
    Resource34 "/api/v1/resource34/{id}"
    Resource35 "/api/v1/resource35/{id}"
    Resource36 "/api/v1/resource36/{id}"
    Resource37 "/api/v1/resource37/{id}"
    Resource38 "/api/v1/resource38/{id}"
    Resource39 "/api/v1/resource39/{id}"
    Resource40 "/api/v1/resource40/{id}"
    Resource41 "/api/v1/resource41/{id}"
    Resource42 "/api/v1/resource42/{id}"
    Resource43 "/api/v1/resource43/{id}"
    Resource44 "/api/v1/resource44/{id}"
    Resource45 "/api/v1/resource45/{id}"
    Resource46 "/api/v1/resource46/{id}"
    Resource47 "/api/v1/resource47/{id}"
    Resource48 "/api/v1/resource48/{id}"
    Resource49 "/api/v1/resource49/{id}"
    Resource50 "/api/v1/resource50/{id}"
    Resource51 "/api/v1/resource51/{id}"
    Resource52 "/api/v1/resource52/{id}"
    Resource53 "/api/v1/resource53/{id}"
    Resource54 "/api/v1/resource54/{id}"
    Resource55 "/api/v1/resource55/{id}"
    Resource56 "/api/v1/resource56/{id}"
    Resource57 "/api/v1/resource57/{id}"
    Resource58 "/api/v1/resource58/{id}"
    Resource59 "/api/v1/resource59/{id}"
    Resource60 "/api/v1/resource60/{id}"
    Resource61 "/api/v1/resource61/{id}"
    Resource62 "/api/v1/resource62/{id}"
    Resource63 "/api/v1/resource63/{id}"
    Resource64 "/api/v1/resource64/{id}"
    Resource65 "/api/v1/resource65/{id}"
    Resource66 "/api/v1/resource66/{id}"
    Resource67 "/api/v1/resource67/{id}"
    Resource68 "/api/v1/resource68/{id}"
    Resource69 "/api/v1/resource69/{id}"
    Resource70 "/api/v1/resource70/{id}"
    Resource71 "/api/v1/resource71/{id}"
    Resource72 "/api/v1/resource72/{id}"
    Resource73 "/api/v1/resource73/{id}"
    Resource74 "/api/v1/resource74/{id}"
    Resource75 "/api/v1/resource75/{id}"
    Resource76 "/api/v1/resource76/{id}"
    Resource77 "/api/v1/resource77/{id}"
    Resource78 "/api/v1/resource78/{id}"
    Resource79 "/api/v1/resource79/{id}"
    Resource80 "/api/v1/resource80/{id}"
    Resource81 "/api/v1/resource81/{id}"
    Resource82 "/api/v1/resource82/{id}"
    Resource83 "/api/v1/resource83/{id}"
    Resource84 "/api/v1/resource84/{id}"
    Resource85 "/api/v1/resource85/{id}"
    Resource86 "/api/v1/resource86/{id}"
    Resource87 "/api/v1/resource87/{id}"
    Resource88 "/api/v1/resource88/{id}"
    Resource89 "/api/v1/resource89/{id}"
    Resource90 "/api/v1/resource90/{id}"
    Resource91 "/api/v1/resource91/{id}"
    Resource92 "/api/v1/resource92/{id}"
    Resource93 "/api/v1/resource93/{id}"
    Resource94 "/api/v1/resource94/{id}"
    Resource95 "/api/v1/resource95/{id}"
    Resource96 "/api/v1/resource96/{id}"
    Resource97 "/api/v1/resource97/{id}"
    Resource98 "/api/v1/resource98/{id}"
    Resource99 "/api/v1/resource99/{id}"
}
