//! What generated code calls. Nothing here is part of the public interface: it changes with the macros.

pub use std::{
    future::{Future, ready},
    marker::{Send, Sized},
    option::Option::{self, None, Some},
    result::Result::{self, Ok},
    string::String,
    sync::Arc,
    time::Duration,
    vec,
    vec::Vec,
};

#[cfg(feature = "websocket")]
pub use crate::hub::{Member, Missed};
#[cfg(feature = "locale")]
pub use crate::locale::spoken::spoken;
#[cfg(feature = "static-files")]
pub use crate::static_url;
#[cfg(feature = "templates")]
pub use crate::template::{Resource, UiModule};
#[cfg(feature = "websocket")]
pub use crate::websocket::{
    CloseReason, Event, FromEvent, FromMessage, Message, Settings, WebSocket,
    handler::{Opening, WebSocketImpl, WebSocketStruct, ended, settings},
};
pub use crate::{
    application::{Routes, Target, item},
    handler::{
        Context, Error, FromRequest, FromRequestParts, HttpError, IntoTarget, Outcome,
        RequestHandle, Requirements, Response,
        fields::{
            FieldDefault, Source, default, many, optional, or_default, path, path_optional,
            path_or_default, required,
        },
        flush::Disconnect,
        glue::*,
        incoming::BodyLimits,
        life_cycle::{
            BoxFuture, HandlerImpl, HandlerStruct, Hooks, Live, Method, MethodEntry, NoBase, Parts,
            base_is_no_socket, on_pool, prefix_of, taken, watched,
        },
        person::{UserHook, UserType},
        target::Given,
    },
    http::HeaderMap,
    routing::{
        list::{Item, count},
        pattern::{Label, Prefix, Segment, Shape, Spec},
        proof::{Proof, slots},
        url::{Argument, PathField, begin},
    },
    server::runtime::{block_on_main, block_on_test},
};

// No expansion uses it: it is here so that an error of the compiler can name it by a path of this crate.
pub use crate::handler::respond::Failure;

/// What the benchmarks of the repository measure.
pub mod routing {
    pub use crate::routing::{
        pattern::{Label, Place, Prefix, Segment, Shape, Spec},
        tree::{Builder, Captures, InsertError, Tree},
    };
}

/// What the fuzz targets of the repository run.
#[cfg(fuzzing)]
pub mod fuzz {
    pub use crate::fuzz::*;
}
