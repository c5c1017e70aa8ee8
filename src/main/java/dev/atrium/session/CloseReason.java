package dev.atrium.session;

import java.util.Locale;

/**
 * Why a session ended: the close code of RFC 6455 section 7.4 with the text that the client is sent. Codes from 4400 on
 * are Atrium's own and follow HTTP's.
 */
public enum CloseReason {
    /** Either side was done. */
    NORMAL(1000, "bye"),
    /** Its client has come back on another connection. */
    RESUMED(1000, "resumed on another connection"),
    /** A backend asked for its end. */
    DISCONNECTED(1008, "disconnected by the application"),
    /** It has sent nothing that makes sense to keep it for. */
    NO_COMMAND(1008, "no command came in time"),
    /** This replica stops; another takes the client at once. */
    GOING_AWAY(1001, "the replica is going away"),
    /** Connections are evened out: this replica goes on, and any may take the client. */
    REBALANCED(1001, "connect again, to whatever replica there is"),
    /** A frame that breaks RFC 6455. */
    PROTOCOL_ERROR(1002, "protocol error"),
    /** A text frame that is not UTF-8. */
    NOT_UTF8(1007, "text is not UTF-8"),
    /** A frame or message over the size limit. */
    TOO_BIG(1009, "frame or message over the size limit"),
    /** A fault of ours. */
    SERVER_FAULT(1011, "server fault"),
    /** Cannot be served now. */
    TRY_LATER(1013, "try again later"),
    /** Has not said who it is, or its token was wrong or is no longer good. */
    UNAUTHENTICATED(4401, "token missing, wrong or expired"),
    /** All sessions of its user were ended. */
    REVOKED(4401, "the sessions of this user were ended"),
    /** May not be here. */
    FORBIDDEN(4403, "not allowed"),
    /** Nothing was heard for the interval and the timeout. */
    HEARTBEAT_TIMEOUT(4408, "heartbeat timeout"),
    /** Its outbox was full. */
    SLOW_CONSUMER(4409, "slow consumer"),
    /** It sent more than could be held. */
    TOO_MANY_MESSAGES(4429, "too many messages"),
    /** The connection broke without a close frame; nobody is left to be sent a code. */
    CONNECTION_LOST(1006, "connection lost");

    private final int code;
    private final String text;

    CloseReason(int code, String text) {
        this.code = code;
        this.text = text;
    }

    /** The close code on the wire. */
    public int code() {
        return code;
    }

    /** The reason on the wire, under 123 bytes. */
    public String text() {
        return text;
    }

    /** The name in metrics and logs, {@code heartbeat_timeout} for example. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
