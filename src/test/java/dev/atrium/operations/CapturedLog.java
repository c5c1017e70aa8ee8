package dev.atrium.operations;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.Logger;

/** Handler that captures one log category until it is closed. */
final class CapturedLog extends ExtHandler implements AutoCloseable {

    final List<ExtLogRecord> entries = new CopyOnWriteArrayList<>();
    final Logger logger;
    private final java.util.logging.Level formerLevel;

    CapturedLog(String category) {
        logger = Logger.getLogger(category);
        formerLevel = logger.getLevel();
        logger.setLevel(Level.DEBUG);
        logger.setUseParentHandlers(false);
        logger.addHandler(this);
    }

    @Override
    protected void doPublish(ExtLogRecord entry) {
        entries.add(entry);
    }

    List<String> lines() {
        return entries.stream().map(ExtLogRecord::getFormattedMessage).toList();
    }

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setUseParentHandlers(true);
        logger.setLevel(formerLevel);
    }
}
