import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whyNotPlainText } from '../../../src/card/plain-text.ts';

test('what is no plain text is named, whichever program has saved it', () => {
  for (const [bytes, problem] of [
    ['{\\rtf1\\ansi', /rich text \(RTF\).*Fix: .*Make Plain Text/],
    ['\ufeff{\\rtf1\\ansi', /rich text/],
    [Buffer.from('\ufeff{\\rtf1', 'utf16le'), /rich text/],
    [Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), /word processor document/],
    [Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]), /word processor document/],
    ['bplist00', /word processor document/],
    ['%PDF-1.7', /is a PDF/],
    ['\r\n<html><body>', /web page/],
    ['<?xml version="1.0"?>', /is XML/],
    [Buffer.alloc(8), /damaged/],
    [Buffer.from('name=Home\0\0'), /damaged/],
    [Buffer.from('\ufeffname', 'utf16le').subarray(0, 9), /damaged/],
  ] as const) {
    assert.match(whyNotPlainText(Buffer.from(bytes as string)) ?? 'nothing', problem);
  }
});

test('text of every editor is text', () => {
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from('name=Home'),
    Buffer.from('\ufeffname=Home\r\n', 'utf16le'),
    Buffer.from('name=Home', 'utf16le').swap16(),
    Buffer.from('name=Café', 'latin1'),
    Buffer.from('{"ssid": "Home"}'),
  ]) {
    assert.equal(whyNotPlainText(bytes), undefined);
  }
});
