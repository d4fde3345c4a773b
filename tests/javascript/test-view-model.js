// SPDX-License-Identifier: LGPL-2.1-or-later
// ICert.ViewModel from gjs: over rows written in JavaScript, and over those of a CA.

import GLib from 'gi://GLib';
import GObject from 'gi://GObject';

import {makeCa, makeRequest, removeHome} from './ca.js';
import {equal, run, test} from './tap.js';
import ICert from '../../bindings/js/icert.js';

const N_ROWS = 12;

const Rows = GObject.registerClass({
  GTypeName: 'ModelRowsJs',
  Implements: [ICert.EnumViewRow],
  Properties: {cursor: GObject.ParamSpec.override('cursor', ICert.EnumViewRow)},
}, class extends GObject.Object {
  get cursor() {
    return null;
  }

  vfunc_next(count, _cancellable) {
    if (this.failing)
      throw new GLib.Error(ICert.Error, ICert.Error.STORAGE, 'store: broken on purpose');
    this.given ??= 0;
    const page = [];
    while (page.length < count && this.given < N_ROWS) {
      this.given++;
      // gjs 1.74 makes nothing of an array of variants; the cursor tells the rows apart
      page.push(ICert.ViewRow.new(['CommonName'], [], `row${this.given}`, null, null));
    }
    return page;
  }
});

function settle(model) {
  while (model.loading)
    GLib.MainContext.default().iteration(true);
}

test('a model over rows of JavaScript grows as it is looked at', () => {
  const model = ICert.ViewModel.new(new Rows(), 5);
  settle(model);
  equal(model.get_n_items(), 5);
  for (let position = 0; position < model.get_n_items(); position++) {
    model.get_item(position);
    settle(model);
  }
  equal(model.get_n_items(), N_ROWS);
  equal(model.complete, true);
  equal([model.get_item(2).cursor, model.get_item(2).common_name], ['row3', null]);
});

test('a page that fails is a property, and is asked for again', () => {
  const rows = new Rows();
  rows.failing = true;
  const model = ICert.ViewModel.new(rows, 5);
  settle(model);
  equal(model.error.matches(ICert.Error, ICert.Error.STORAGE), true);
  rows.failing = false;
  model.load_more();
  settle(model);
  equal([model.error, model.get_n_items()], [null, 5]);
});

test('a model over a view of a CA', () => {
  const config = makeCa();
  const request = ICert.Request.open(config, null);
  for (let number = 0; number < 3; number++)
    request.submit(ICert.SubmitFlags.NONE, makeRequest(`j${number}.example.org`), null, null);
  const view = ICert.View.open(config, null);
  view.set_column_set(ICert.ColumnSet.QUEUE);
  view.add_restriction('RequestID', ICert.Seek.GT, new GLib.Variant('x', 0));
  const model = ICert.ViewModel.new(view.open_view(null), 2);
  settle(model);
  model.get_item(1);
  settle(model);
  equal(model.get_n_items(), 3);
  equal(model.get_item(0).request_common_name, 'j0.example.org');
  equal(model.get_item(0).format_value('Request.CommonName'), 'j0.example.org');
  const groups = view.count_by('Request.CommonName', ICert.Period.NONE, 10, null);
  equal(groups.length, 3);
});

test('the folder of the test is removed', () => {
  removeHome();
});

await run();
