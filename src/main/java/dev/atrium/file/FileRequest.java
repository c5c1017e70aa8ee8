package dev.atrium.file;

import dev.atrium.gateway.ErrorReply;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Description of a file that a client is about to send.
 *
 * @param sha256 in lower case; or null
 */
record FileRequest(String name, long size, String type, String sha256) {

    private static final int MAX_NAME_BYTES = 255;
    private static final String ANY_TYPE = "application/octet-stream";
    private static final Pattern TYPE = Pattern.compile("[\\w!#$&^.+-]{1,63}/[\\w!#$&^.+-]{1,63}( *;[ -~]{0,100})?");
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-fA-F]{64}");

    /** Path separators of any system; and bidirectional controls, with which "gpj.exe" is displayed as "exe.jpg". */
    private static final Pattern UNFIT = Pattern.compile("[/\\\\\\p{Cc}\\u2028-\\u202E\\u2066-\\u2069\\uD800-\\uDFFF]");

    /** @throws ErrorReply 400, naming the field and what was expected */
    static FileRequest of(String name, Long size, String type, String sha256) {
        if (name == null || name.isBlank() || name.equals(".") || name.equals("..") || UNFIT.matcher(name).find()
                || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            throw ErrorReply.parameter(400, "name", "expected a file name of 1 to " + MAX_NAME_BYTES
                    + " bytes, without slashes and control characters");
        }
        if (size == null || size < 0) {
            throw ErrorReply.parameter(400, "size", "expected a number of bytes, from 0");
        }
        if (type != null && !type.isEmpty() && !TYPE.matcher(type).matches()) {
            throw ErrorReply.parameter(400, "type", "expected a media type, for example image/png");
        }
        if (sha256 != null && !SHA_256.matcher(sha256).matches()) {
            throw ErrorReply.parameter(400, "sha256", "expected 64 hexadecimal digits");
        }
        return new FileRequest(name, size, type == null || type.isEmpty() ? ANY_TYPE : type,
                sha256 == null ? null : sha256.toLowerCase(Locale.ROOT));
    }

    /** Whether this request continues the upload of a file. Without a user, the session or the digest has to be the same. */
    boolean isFor(StoredFile file, String session, String user) {
        boolean same = file.name().equals(name) && file.size() == size && file.type().equals(type)
                && (sha256 == null ? file.sha256() == null : sha256.equals(file.sha256()));
        boolean own = user != null ? user.equals(file.user())
                : file.user() == null && (sha256 != null || session.equals(file.session()));
        return same && own;
    }
}
