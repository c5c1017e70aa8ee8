package dev.atrium.transport.engineio;

import dev.atrium.transport.websocket.Frames;

/** Packet types of Engine.IO 4, in their wire format: one digit before the data. Binary messages have none. */
final class Packet {

    static final char OPEN = '0';
    static final char CLOSE = '1';
    static final char PING = '2';
    static final char PONG = '3';
    static final char MESSAGE = '4';
    static final char UPGRADE = '5';
    static final char NOOP = '6';

    static final String PROBE = "probe";

    static final byte[] CLOSE_FRAME = Frames.text("1");
    static final byte[] NOOP_FRAME = Frames.text("6");
    static final byte[] PING_FRAME = Frames.text("2");

    private Packet() {
    }

    static byte[] open(String sid, boolean upgradable, EngineSettings settings) {
        // All values are the server's own: no string needs an escape.
        return Frames.text(OPEN + "{\"sid\":\"" + sid + "\",\"upgrades\":" + (upgradable ? "[\"websocket\"]" : "[]")
                + ",\"pingInterval\":" + settings.pingInterval().toMillis() + ",\"pingTimeout\":"
                + settings.pingTimeout().toMillis() + ",\"maxPayload\":" + settings.maxPayload() + "}");
    }

    static byte[] pongToProbe() {
        return Frames.text(PONG + PROBE);
    }
}
