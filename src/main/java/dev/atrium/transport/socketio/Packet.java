package dev.atrium.transport.socketio;

/**
 * Header of a packet, with its undecoded payload.
 *
 * @param namespace {@code /} if the packet names none
 * @param id id of the acknowledgement that the packet requests or is; decimal digits, or null
 * @param payload JSON, or empty
 * @param attachments number of binary messages that follow the packet
 */
record Packet(Type type, String namespace, String id, String payload, int attachments) {

    /** Packet types, in the order of their digits. */
    enum Type {
        CONNECT,
        DISCONNECT,
        EVENT,
        ACK,
        CONNECT_ERROR,
        BINARY_EVENT,
        BINARY_ACK;

        boolean isBinary() {
            return this == BINARY_EVENT || this == BINARY_ACK;
        }
    }
}
