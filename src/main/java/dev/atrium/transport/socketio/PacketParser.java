package dev.atrium.transport.socketio;

import dev.atrium.room.RoomId;

/** Parser of packets: {@code <type>[<attachments>-][<namespace>,][<id>][<JSON>]}. Pure. */
final class PacketParser {

    /** Maximum digits of an id; more than any client needs. */
    private static final int MAX_ID_LENGTH = 20;

    private final String text;
    private final int mostAttachments;
    private int at;

    private PacketParser(String text, int mostAttachments) {
        this.text = text;
        this.mostAttachments = mostAttachments;
    }

    /** @throws MalformedPacketException if the text is not a packet */
    static Packet parse(String text, int mostAttachments) {
        return new PacketParser(text, mostAttachments).packet();
    }

    private Packet packet() {
        int digit = text.isEmpty() ? -1 : text.charAt(0) - '0';
        if (digit < 0 || digit >= Packet.Type.values().length) {
            throw new MalformedPacketException("unknown packet type");
        }
        at = 1;
        Packet.Type type = Packet.Type.values()[digit];
        int attachments = type.isBinary() ? attachments() : 0;
        String namespace = namespace();
        String id = digits();
        if (id.length() > MAX_ID_LENGTH) {
            throw new MalformedPacketException("the id is too long");
        }
        return new Packet(type, namespace, id.isEmpty() ? null : id, text.substring(at), attachments);
    }

    private int attachments() {
        String count = digits();
        if (count.isEmpty() || count.length() > 3 || at == text.length() || text.charAt(at) != '-') {
            throw new MalformedPacketException("expected a number of attachments");
        }
        at++;
        int attachments = Integer.parseInt(count);
        if (attachments == 0 || attachments > mostAttachments) {
            throw new MalformedPacketException("expected 1 to " + mostAttachments + " attachments");
        }
        return attachments;
    }

    private String namespace() {
        if (at == text.length() || text.charAt(at) != '/') {
            return RoomId.DEFAULT_NAMESPACE;
        }
        int comma = text.indexOf(',', at);
        int end = comma < 0 ? text.length() : comma;
        String namespace = text.substring(at, end);
        at = comma < 0 ? end : comma + 1;
        return namespace;
    }

    private String digits() {
        int from = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return text.substring(from, at);
    }
}
