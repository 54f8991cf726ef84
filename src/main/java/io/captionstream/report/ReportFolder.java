package io.captionstream.report;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a report as a folder of {@value #JSON} and {@value #HTML}. */
public final class ReportFolder {
    public static final String JSON = "report.json";
    public static final String HTML = "report.html";

    private final Path folder;

    /** @param folder must not exist; appears complete or not at all */
    public ReportFolder(Path folder) throws FileAlreadyExistsException {
        this.folder = folder.toAbsolutePath().normalize();
        if (Files.exists(this.folder)) {
            throw new FileAlreadyExistsException(this.folder + " exists already; reports are not overwritten");
        }
    }

    /**
     * Writes both.
     *
     * @param htmlLimit largest number of images on the page; the JSON has them all
     */
    public void write(Report report, int htmlLimit) throws IOException {
        Path parent = folder.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Path draft = Files.createTempDirectory(parent, ".report-");
        try {
            // Not as the temporary folder it is made as, which only its owner may enter.
            Path complete = Files.createDirectory(draft.resolve("report"));
            ReportJson.write(report, complete.resolve(JSON));
            new ReportHtml(report, htmlLimit).write(complete.resolve(HTML));
            Files.move(complete, folder, ATOMIC_MOVE);
        } finally {
            MoreFiles.deleteRecursively(draft, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }
}
