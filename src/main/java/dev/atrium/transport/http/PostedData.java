package dev.atrium.transport.http;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.JsonData;
import dev.atrium.room.Data;
import dev.atrium.room.Utf8;
import jakarta.ws.rs.core.MediaType;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Decoder of a request body as data of a message, by its media type. Pure. */
final class PostedData {

    private PostedData() {
    }

    /** @throws ErrorReply 400, naming the field */
    static Data read(String type, byte[] body) {
        if (type == null) {
            return new Data.Binary(body);
        }
        MediaType media;
        try {
            media = MediaType.valueOf(type);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            // The parser takes the positions of ; and / for granted.
            throw ErrorReply.badRequest("Content-Type: expected a media type");
        }
        if (media.isCompatible(MediaType.APPLICATION_JSON_TYPE) || media.getSubtype().endsWith("+json")) {
            return JsonData.parse(text(body, StandardCharsets.UTF_8));
        }
        if (media.isCompatible(MediaType.TEXT_PLAIN_TYPE) || media.isCompatible(MediaType.APPLICATION_FORM_URLENCODED_TYPE)) {
            return JsonData.text(text(body, charset(media)));
        }
        return new Data.Binary(body);
    }

    private static Charset charset(MediaType media) {
        String name = media.getParameters().getOrDefault(MediaType.CHARSET_PARAMETER, "UTF-8");
        try {
            return Charset.forName(name);
        } catch (IllegalArgumentException e) {
            throw ErrorReply.badRequest("Content-Type: expected a known charset");
        }
    }

    private static String text(byte[] body, Charset charset) {
        try {
            return charset.equals(StandardCharsets.UTF_8) ? Utf8.decode(body)
                    : charset.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException e) {
            throw ErrorReply.badRequest("body: expected text in " + charset.name());
        }
    }
}
