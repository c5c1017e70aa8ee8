package dev.atrium.transport.websocket;

import dev.atrium.gateway.JsonData;
import dev.atrium.room.Data;
import dev.atrium.room.Delivery;
import dev.atrium.room.Message;
import dev.atrium.session.BytesFormat;
import java.nio.charset.StandardCharsets;

/** Frame format of the plain socket: the data alone, bytes as binary frames, all else as text. It has no presence events. */
final class PlainFormat extends BytesFormat {

    static final PlainFormat INSTANCE = new PlainFormat();

    @Override
    public byte[] encode(Delivery delivery) {
        if (!(delivery instanceof Message message)) {
            return null;
        }
        if (message.data() instanceof Data.Binary binary) {
            return Frames.of(Frames.BINARY, binary.bytes());
        }
        String text = message.data() instanceof Data.Text t ? t.text() : JsonData.shown(message.data());
        return Frames.of(Frames.TEXT, text.getBytes(StandardCharsets.UTF_8));
    }
}
