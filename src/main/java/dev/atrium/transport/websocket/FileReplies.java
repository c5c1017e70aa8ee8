package dev.atrium.transport.websocket;

import dev.atrium.file.ChunkRange;
import dev.atrium.file.FileJson;
import dev.atrium.file.Transfer;
import dev.atrium.file.UploadResult;
import dev.atrium.gateway.ReplyJson;
import java.util.List;

/** Encoder of the replies to file commands of the session protocol, as whole frames. Pure: values in, bytes out. */
final class FileReplies {

    private FileReplies() {
    }

    static byte[] transfer(Long seq, Transfer transfer) {
        return Replies.reply(seq, json -> FileJson.writeFields(transfer, json));
    }

    static byte[] closed(Long seq, UploadResult closing) {
        return Replies.reply(seq, json -> {
            FileJson.writeFields(closing.file(), json);
            if (closing.result() != null) {
                ReplyJson.writeFields(closing.result(), json);
            }
        });
    }

    /** Encodes a 409 with the missing chunks. */
    static byte[] missing(Long seq, List<ChunkRange> missing) {
        return Frames.json(ReplyJson.reply(seq, 409, json -> {
            json.writeStringField("error", "file: chunks are missing");
            ReplyJson.body(body -> FileJson.writeMissing(missing, body)).write(json);
        }));
    }

    static byte[] chunk(CommandFrame command, byte[] bytes) {
        return Frames.json(ReplyJson.reply(command.seq(), 200, ReplyJson.body(json -> {
            json.writeStringField("file", command.params().text(Parameter.FILE));
            json.writeNumberField("index", command.params().number(Parameter.INDEX));
        })), bytes);
    }
}
