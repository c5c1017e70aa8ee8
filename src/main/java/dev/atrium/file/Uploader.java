package dev.atrium.file;

import dev.atrium.room.Sender;
import dev.atrium.security.Caller;
import dev.atrium.session.Session;
import dev.atrium.session.Transport;

/**
 * Who sends or reads a file: what is known of a session, read on its event loop and used on any thread.
 *
 * @param who in whose name a file is said
 * @param transport of its session, for the figures
 */
public record Uploader(Caller caller, Sender who, String namespace, Transport transport) {

    /** The one that a session is now. On its event loop. */
    public static Uploader of(Session session) {
        return new Uploader(session.caller(), session.self(), session.namespace(), session.transport());
    }
}
