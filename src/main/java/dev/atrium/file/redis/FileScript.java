package dev.atrium.file.redis;

import io.quarkus.runtime.util.HashUtil;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Lua scripts of the store. Run by SHA-1 (EVALSHA), or by text if Redis does not know the script yet. */
enum FileScript {

    CREATE,
    WRITE,
    UPDATE,
    CLEAR,
    DELETE,
    ABANDONED;

    private final String body;
    private final String sha1;

    FileScript() {
        try (InputStream in = FileScript.class.getResourceAsStream(name().toLowerCase() + ".lua")) {
            body = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sha1 = HashUtil.sha1(body);
    }

    Call call(List<String> keys, UnaryOperator<Request> arguments) {
        return new Call(request(Command.EVALSHA, sha1, keys, arguments), () -> request(Command.EVAL, body, keys, arguments));
    }

    private static Request request(Command command, String script, List<String> keys, UnaryOperator<Request> arguments) {
        Request request = Request.cmd(command).arg(script).arg(keys.size());
        keys.forEach(request::arg);
        return arguments.apply(request);
    }

    /**
     * Script call.
     *
     * @param first request to send
     * @param ifUnknown makes the request to send instead if Redis replies NOSCRIPT
     */
    record Call(Request first, Supplier<Request> ifUnknown) {
    }
}
