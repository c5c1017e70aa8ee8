package dev.atrium.session;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Transport over which a client reaches the server. Its label is the value of {@code transport} in metrics and logs. */
public enum Transport {

    /** A WebSocket in one room, without an envelope. */
    PLAIN(true),
    /** The session protocol on a WebSocket. */
    SESSION(true),
    /** Socket.IO, over WebSocket or long polls. */
    SOCKETIO(true),
    ECHO(true),
    /** A WebSocket endpoint of the application. */
    ENDPOINT(true),
    SSE(true),
    /** Endless response of newline-delimited JSON. */
    NDJSON(true),
    /** Endless HTML page. */
    IFRAME(true),
    /** Single requests: publications, long polls, files. */
    HTTP(false),
    /** The application that embeds Atrium. */
    APPLICATION(false);

    /** The transports whose clients stay connected and have a session. */
    public static final List<Transport> CONNECTED = Arrays.stream(values()).filter(transport -> transport.connected).toList();

    private final boolean connected;
    private final String label;

    Transport(boolean connected) {
        this.connected = connected;
        this.label = name().toLowerCase(Locale.ROOT);
    }

    /** Returns the label in metrics and logs. */
    public String label() {
        return label;
    }
}
