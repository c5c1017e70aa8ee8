package dev.atrium.transport.socketio;

/**
 * One packet as it is written, before its payload is looked at.
 *
 * @param namespace where it belongs, {@code /} if it names none
 * @param id of the acknowledgement that it asks for, or is; decimal digits, or null
 * @param payload JSON, or empty
 * @param attachments how many binary messages follow it
 */
record Packet(Type type, String namespace, String id, String payload, int attachments) {

    /** In the order of their digits. */
    enum Type { CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK }

    boolean isBinary() {
        return type == Type.BINARY_EVENT || type == Type.BINARY_ACK;
    }
}
