package dev.atrium.file;

import dev.atrium.room.Sender;
import dev.atrium.security.Caller;
import dev.atrium.session.Requester;
import dev.atrium.session.Session;
import dev.atrium.session.Transport;

/**
 * Sender or reader of a file: a snapshot of its session, taken on the event loop and used on any thread.
 *
 * @param self sender of the file's publication
 * @param transport of the session, for the metrics
 */
record Uploader(Caller caller, Sender self, String namespace, Transport transport) implements Requester {

    /** Snapshot of a session. On its event loop. */
    static Uploader of(Session session) {
        return new Uploader(session.caller(), session.self(), session.namespace(), session.transport());
    }

    /** Address of an anonymous client, empty if it is unknown; null if the client has a user. */
    String address() {
        return self.user() != null ? null : caller.address();
    }
}
