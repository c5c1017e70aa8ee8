package dev.atrium.session;

import java.util.Locale;

/**
 * Reason why a session ended: the close code of RFC 6455 section 7.4 with the text that the client is sent. Codes from 4400 on
 * are Atrium's own and follow the HTTP status codes.
 */
public enum CloseReason {
    /** Normal closure by either side. */
    NORMAL(1000, "bye"),
    RESUMED(1000, "resumed on another connection"),
    /** The application or a backend ended the session. */
    DISCONNECTED(1008, "disconnected by the application"),
    NO_COMMAND(1008, "no command came in time"),
    /** This replica shuts down; the client can reconnect to another at once. */
    GOING_AWAY(1001, "the replica is going away"),
    /** Maximum connection age reached: connections are spread again, and this replica may take the client, too. */
    REBALANCED(1001, "connect again, to whatever replica there is"),
    /** A frame that breaks RFC 6455. */
    PROTOCOL_ERROR(1002, "protocol error"),
    NOT_UTF8(1007, "text is not UTF-8"),
    TOO_BIG(1009, "frame or message over the size limit"),
    SERVER_FAULT(1011, "server fault"),
    /** The server cannot serve the client at the moment. */
    TRY_LATER(1013, "try again later"),
    /** The client has not authenticated, or its token is invalid or expired. */
    UNAUTHENTICATED(4401, "token missing, wrong or expired"),
    REVOKED(4401, "the sessions of this user were ended"),
    FORBIDDEN(4403, "not allowed"),
    /** Nothing was received for the heartbeat interval and timeout. */
    HEARTBEAT_TIMEOUT(4408, "heartbeat timeout"),
    /** The send queue was full. */
    SLOW_CONSUMER(4409, "slow consumer"),
    /** The client exceeded its message rate too often, or sent more than the server buffers. */
    TOO_MANY_MESSAGES(4429, "too many messages"),
    /** The connection broke without a close frame; the code is not sent. */
    CONNECTION_LOST(1006, "connection lost");

    private final int code;
    private final String text;

    CloseReason(int code, String text) {
        this.code = code;
        this.text = text;
    }

    public int code() {
        return code;
    }

    /** Returns the reason on the wire, under 123 bytes. */
    public String text() {
        return text;
    }

    /** Returns the name in metrics and logs, {@code heartbeat_timeout} for example. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
