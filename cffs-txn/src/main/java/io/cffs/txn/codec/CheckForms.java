package io.cffs.txn.codec;

import io.cffs.txn.port.CheckPort;

/** The form of what a consistency check says. */
final class CheckForms {
    private CheckForms() {}

    static void putReport(CheckPort.Report report, ByteWriter to) {
        to.putEnum(report.state());
        ModelForms.putTs(report.at(), to);
        to.putList(report.findings(), CheckForms::putFinding);
        to.putUnsigned(report.findingCount());
        to.putUnsigned(report.inodes());
        to.putUnsigned(report.dentries());
        to.putUnsigned(report.blocks());
        to.putUnsigned(report.commits());
        to.putOptional(report.failure(), (text, target) -> target.putText(text));
    }

    static CheckPort.Report takeReport(ByteReader from) throws CodecException {
        return new CheckPort.Report(
                from.takeEnum(CheckPort.State.values()),
                ModelForms.takeTs(from),
                from.takeList(CheckPort.FINDINGS_PER_REPORT_MAX, 8, CheckForms::takeFinding),
                from.takeUnsigned(Long.MAX_VALUE),
                from.takeUnsigned(Long.MAX_VALUE),
                from.takeUnsigned(Long.MAX_VALUE),
                from.takeUnsigned(Long.MAX_VALUE),
                from.takeUnsigned(Long.MAX_VALUE),
                from.takeOptional(source -> source.takeText(CheckPort.TEXT_MAX)));
    }

    private static void putFinding(CheckPort.Finding finding, ByteWriter to) {
        to.putText(finding.check());
        to.putText(finding.promise());
        to.putUnsigned(finding.ino());
        to.putList(finding.paths(), (path, target) -> target.putText(path));
        to.putText(finding.expected());
        to.putText(finding.actual());
        to.putOptional(finding.version(), ModelForms::putTs);
        to.putOptional(finding.writer(), ModelForms::putTxn);
    }

    private static CheckPort.Finding takeFinding(ByteReader from) throws CodecException {
        return new CheckPort.Finding(
                from.takeText(CheckPort.TEXT_MAX),
                from.takeText(CheckPort.TEXT_MAX),
                from.takeUnsigned(Long.MAX_VALUE),
                from.takeList(CheckPort.PATHS_MAX, 1, source -> source.takeText(CheckPort.TEXT_MAX)),
                from.takeText(CheckPort.TEXT_MAX),
                from.takeText(CheckPort.TEXT_MAX),
                from.takeOptional(ModelForms::takeTs),
                from.takeOptional(ModelForms::takeTxn));
    }
}
