package dev.atrium.transport.websocket;

import dev.atrium.gateway.MessageJson;
import dev.atrium.room.Data;
import dev.atrium.room.Delivery;
import dev.atrium.room.HistoryGap;
import dev.atrium.room.Message;
import dev.atrium.room.PresenceEvent;
import dev.atrium.session.BytesFormat;

/** Frame format of pushes in the session protocol: JSON; for binary data the JSON on one line, a newline, and the bytes. */
final class SessionFormat extends BytesFormat {

    static final SessionFormat INSTANCE = new SessionFormat();

    @Override
    public byte[] encode(Delivery delivery) {
        if (delivery instanceof PresenceEvent event) {
            return Frames.json(json -> MessageJson.write(event, json));
        }
        if (delivery instanceof HistoryGap gap) {
            return Frames.json(json -> MessageJson.write(gap, json));
        }
        Message message = (Message) delivery;
        if (message.data() instanceof Data.Binary binary) {
            return Frames.json(json -> MessageJson.write(message, json), binary.bytes());
        }
        return Frames.json(json -> MessageJson.write(message, json));
    }
}
