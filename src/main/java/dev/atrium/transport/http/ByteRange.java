package dev.atrium.transport.http;

import dev.atrium.file.StoredFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which bytes of a file are asked for: RFC 9110 section 14.2. Of several ranges none is given but the whole, as the RFC allows.
 *
 * @param first of the bytes, from 0
 * @param last of them; one before the first if there are none
 * @param isPart whether a range was asked for
 */
record ByteRange(long first, long last, boolean isPart) {

    private static final Pattern BYTES = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    /**
     * What a request asks for.
     *
     * @param range the header, or null
     * @param ifRange what the client has a part of, or null: another one is no use to it in parts
     * @return null if there are no such bytes
     */
    static ByteRange requested(StoredFile file, String range, String ifRange) {
        ByteRange whole = new ByteRange(0, file.size() - 1, false);
        Matcher bytes = range == null ? null : BYTES.matcher(range.trim());
        if (bytes == null || !bytes.matches() || ifRange != null && !FileHeaders.etag(file).equals(ifRange.trim())) {
            return whole;
        }
        String from = bytes.group(1);
        String to = bytes.group(2);
        if (from.isEmpty() && to.isEmpty()) {
            return whole;
        }
        if (from.isEmpty()) {
            long suffix = Math.min(Long.parseLong(to), file.size());
            return suffix == 0 ? null : new ByteRange(file.size() - suffix, file.size() - 1, true);
        }
        long first = Long.parseLong(from);
        long last = to.isEmpty() ? file.size() - 1 : Math.min(Long.parseLong(to), file.size() - 1);
        if (!to.isEmpty() && Long.parseLong(to) < first) {
            return whole;
        }
        return first >= file.size() ? null : new ByteRange(first, last, true);
    }

    long length() {
        return last - first + 1;
    }
}
